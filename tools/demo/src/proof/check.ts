import { compareRows, type Difference, type KeyedRow } from '@antenna/truth';

/** What was compared with what, and how it came out. */
export interface Check {
  readonly title: string;
  /** How many rows there should be. */
  readonly rows: number;
  readonly differences: readonly Difference<unknown>[];
}

/** Compares what is there with what should be, row by row. */
export function check<V extends bigint | number | string>(
  title: string,
  expected: Iterable<KeyedRow<V>>,
  actual: Iterable<KeyedRow<V>>,
): Check {
  const rows = Array.from(expected);
  return { title, rows: rows.length, differences: compareRows(rows, actual) };
}

export function isProven(checks: readonly Check[]): boolean {
  return checks.every(({ differences }) => differences.length === 0);
}
