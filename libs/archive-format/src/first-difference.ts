import { textsOfRows } from './dictionary-column.ts';
import { ERASED_ID } from './erased-rows.ts';
import type { EventColumns } from './event-columns.ts';

const NUMBERS = ['offset', 'eventTimeMs', 'bytes'] as const;
const TEXTS = ['id', 'antennaId', 'app'] as const;

/**
 * Describes the first difference between two sets of rows, without the texts of any row; undefined when they hold the
 * same rows in the same order. The codes of texts may differ, and the id of an actual row may have been erased.
 */
export function firstDifference(expected: EventColumns, actual: EventColumns): string | undefined {
  if (expected.partition !== actual.partition) return `partition ${actual.partition} instead of ${expected.partition}`;
  if (expected.rows !== actual.rows) return `${actual.rows} rows instead of ${expected.rows}`;
  const texts = TEXTS.map((name) => ({
    name,
    expectedAt: textsOfRows(expected[name]),
    actualAt: textsOfRows(actual[name]),
  }));
  for (let row = 0; row < expected.rows; row += 1) {
    const column =
      NUMBERS.find((name) => expected[name][row] !== actual[name][row]) ??
      texts.find(({ name, expectedAt, actualAt }) => isAnotherText(name, expectedAt(row), actualAt(row)))?.name;
    if (column !== undefined) return `another ${column} in row ${row} (offset ${expected.offset[row] ?? 0})`;
  }
  return undefined;
}

function isAnotherText(name: (typeof TEXTS)[number], expected: string, actual: string): boolean {
  return actual !== expected && !(name === 'id' && actual === ERASED_ID);
}
