import { hourOf, ONE_HOUR } from '@antenna/windowing';
import type { EventColumns, TextColumn } from './event-columns.ts';

/**
 * The rows of each event hour, in the order of the hours; rows keep their order. The parts share the texts of the
 * whole, so a part may name texts that none of its rows uses.
 */
export function splitByHour(columns: EventColumns): ReadonlyMap<number, EventColumns> {
  const rowsOfHour = countByHour(columns.eventTimeMs);
  if (rowsOfHour.size === 1) return new Map([...rowsOfHour.keys()].map((hour) => [hour, columns]));
  const hours = [...rowsOfHour].sort(([left], [right]) => left - right);
  return new Map(hours.map(([hour, rows]) => [hour, select(columns, rowsIn(hour, columns.eventTimeMs, rows))]));
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

/** Rows of one hour follow each other nearly always: the map is asked only where the hour changes. */
function countByHour(eventTimeMs: Float64Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let row = 0; row < eventTimeMs.length;) {
    const hour = hourOf(eventTimeMs[row] ?? 0);
    const first = row;
    while (row < eventTimeMs.length && isIn(hour, eventTimeMs[row] ?? 0)) row += 1;
    counts.set(hour, (counts.get(hour) ?? 0) + row - first);
  }
  return counts;
}

function isIn(hour: number, timeMs: number): boolean {
  return timeMs >= hour && timeMs < hour + ONE_HOUR.sizeMs;
}

function rowsIn(hour: number, eventTimeMs: Float64Array, count: number): Int32Array {
  const rows = new Int32Array(count);
  let found = 0;
  for (let row = 0; found < count; row += 1) if (isIn(hour, eventTimeMs[row] ?? 0)) rows[found++] = row;
  return rows;
}

function select(columns: EventColumns, rows: Int32Array): EventColumns {
  return {
    rows: rows.length,
    partition: columns.partition,
    offset: picked(columns.offset, rows, new Float64Array(rows.length)),
    eventTimeMs: picked(columns.eventTimeMs, rows, new Float64Array(rows.length)),
    bytes: picked(columns.bytes, rows, new Float64Array(rows.length)),
    id: selectTexts(columns.id, rows),
    antennaId: selectTexts(columns.antennaId, rows),
    app: selectTexts(columns.app, rows),
  };
}

function selectTexts({ values, codes }: TextColumn, rows: Int32Array): TextColumn {
  return { values, codes: picked(codes, rows, new Int32Array(rows.length)) };
}

/** A loop: `from` with a function takes six times as long. */
function picked<T extends Float64Array | Int32Array>(column: T, rows: Int32Array, into: T): T {
  for (let index = 0; index < rows.length; index += 1) into[index] = column[rows[index] ?? 0] ?? 0;
  return into;
}
