import type { EventColumns, DictionaryColumn } from './event-columns.ts';

const NUMBERS = ['offset', 'eventTimeMs', 'bytes'] as const;
const TEXTS = ['id', 'antennaId', 'app'] as const;

/**
 * Where two sets of rows differ first, in words without any row's texts; undefined when they hold the same rows in the
 * same order, however their texts are numbered.
 */
export function firstDifference(wanted: EventColumns, found: EventColumns): string | undefined {
  if (wanted.partition !== found.partition) return `partition ${found.partition} instead of ${wanted.partition}`;
  if (wanted.rows !== found.rows) return `${found.rows} rows instead of ${wanted.rows}`;
  for (let row = 0; row < wanted.rows; row += 1) {
    const column =
      NUMBERS.find((name) => wanted[name][row] !== found[name][row]) ??
      TEXTS.find((name) => textAt(wanted[name], row) !== textAt(found[name], row));
    if (column !== undefined) return `another ${column} in row ${row} (offset ${wanted.offset[row] ?? 0})`;
  }
  return undefined;
}

function textAt(column: DictionaryColumn, row: number): string | undefined {
  return column.values[column.codes[row] ?? -1];
}
