import type { EventColumns, DictionaryColumn } from './event-columns.ts';

const NUMBERS = ['offset', 'eventTimeMs', 'bytes'] as const;
const TEXTS = ['id', 'antennaId', 'app'] as const;

/**
 * Describes the first difference between two sets of rows, without the texts of any row; undefined when they hold the
 * same rows in the same order. The codes of texts may differ.
 */
export function firstDifference(expected: EventColumns, actual: EventColumns): string | undefined {
  if (expected.partition !== actual.partition) return `partition ${actual.partition} instead of ${expected.partition}`;
  if (expected.rows !== actual.rows) return `${actual.rows} rows instead of ${expected.rows}`;
  for (let row = 0; row < expected.rows; row += 1) {
    const column =
      NUMBERS.find((name) => expected[name][row] !== actual[name][row]) ??
      TEXTS.find((name) => textAt(expected[name], row) !== textAt(actual[name], row));
    if (column !== undefined) return `another ${column} in row ${row} (offset ${expected.offset[row] ?? 0})`;
  }
  return undefined;
}

function textAt(column: DictionaryColumn, row: number): string | undefined {
  return column.values[column.codes[row] ?? -1];
}
