import { hourOf } from '@antenna/windowing';
import type { EventColumns, TextColumn } from './event-columns.ts';

/**
 * The rows of each event hour, in the order of the hours; rows keep their order. The parts share the texts of the
 * whole, so a part may name texts that none of its rows uses.
 */
export function splitByHour(columns: EventColumns): ReadonlyMap<number, EventColumns> {
  const rowsOfHour = new Map<number, number[]>();
  for (let row = 0; row < columns.rows; row += 1) {
    const hour = hourOf(columns.eventTimeMs[row] ?? 0);
    const rows = rowsOfHour.get(hour);
    if (rows === undefined) rowsOfHour.set(hour, [row]);
    else rows.push(row);
  }
  if (rowsOfHour.size === 1) return new Map([...rowsOfHour.keys()].map((hour) => [hour, columns]));
  const hours = [...rowsOfHour].sort(([left], [right]) => left - right);
  return new Map(hours.map(([hour, rows]) => [hour, select(columns, rows)]));
}

/** Sum of the rows' bytes, exact however large. */
export function sumOfBytes(columns: EventColumns): bigint {
  let sum = 0n;
  let part = 0;
  for (const bytes of columns.bytes) {
    part += bytes;
    // A row adds at most 2^40, so a part stays far below 2^53.
    if (part >= 2 ** 50) {
      sum += BigInt(part);
      part = 0;
    }
  }
  return sum + BigInt(part);
}

function select(columns: EventColumns, rows: readonly number[]): EventColumns {
  return {
    rows: rows.length,
    partition: columns.partition,
    offset: Float64Array.from(rows, (row) => columns.offset[row] ?? 0),
    eventTimeMs: Float64Array.from(rows, (row) => columns.eventTimeMs[row] ?? 0),
    bytes: Float64Array.from(rows, (row) => columns.bytes[row] ?? 0),
    id: selectTexts(columns.id, rows),
    antennaId: selectTexts(columns.antennaId, rows),
    app: selectTexts(columns.app, rows),
  };
}

function selectTexts(column: TextColumn, rows: readonly number[]): TextColumn {
  return { values: column.values, codes: Int32Array.from(rows, (row) => column.codes[row] ?? 0) };
}
