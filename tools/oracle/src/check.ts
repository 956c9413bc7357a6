import { numberText, ProductError } from '@antenna/cli';
import { compareRows, type Comparable, type Difference, type KeyedRow, summarize } from './compare-rows.ts';

/** A comparison of rows that are stored with those that should be, and its outcome. */
export interface Check {
  readonly title: string;
  /** How many rows there should be. */
  readonly rows: number;
  readonly differences: readonly Difference<unknown>[];
  /** There are differences until the batch layer has computed every hour. */
  readonly needsHours?: true;
}

/** Stored rows are not those that the records give. */
export class NotProvenError extends ProductError {
  readonly code = 'NOT_PROVEN';
}

/** Compares rows of the same keys by `===`, in any order. */
export function check<V extends Comparable>(
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

/**
 * For results that count for nothing unless they are right.
 * @throws {NotProvenError} when the rows differ, or when nothing is stored.
 */
export function requireEqualRows<V extends Comparable>(
  title: string,
  expected: Iterable<KeyedRow<V>>,
  actual: readonly KeyedRow<V>[],
): void {
  if (actual.length === 0) throw new NotProvenError(`${title}: no rows`);
  const { differences } = check(title, expected, actual);
  if (differences.length > 0) throw new NotProvenError(`${title}: ${summarize(differences, 5)}`);
}

/** A line for each comparison, with the differences below. */
export function proofText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ title }) => title.length));
  return checks.map((each) => lineOf(each, width)).join('\n');
}

function lineOf({ title, rows, differences }: Check, width: number): string {
  const counts = `${numberText(rows).padStart(7)} rows, ${differencesText(differences.length)}`;
  const line = `${differences.length === 0 ? '✓' : '✗'} ${title.padEnd(width)} ${counts}`;
  return differences.length === 0 ? line : `${line}\n  ${summarize(differences).replaceAll('\n', '\n  ')}`;
}

function differencesText(count: number): string {
  return count === 1 ? '1 difference' : `${numberText(count)} differences`;
}
