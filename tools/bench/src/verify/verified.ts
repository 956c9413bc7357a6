import { ProductError } from '@antenna/cli';
import { compareRows, type KeyedRow, summarize } from '@antenna/oracle';

/** A measured program computed something else than the truth: its figures count for nothing. */
export class WrongResultError extends ProductError {
  readonly code = 'WRONG_RESULT';
}

/**
 * Compares rows with the truth.
 * @throws {WrongResultError} when they are not equal, or when there is nothing to compare.
 */
export function verify<V extends bigint | string>(
  what: string,
  truth: Iterable<KeyedRow<V>>,
  found: readonly KeyedRow<V>[],
): void {
  if (found.length === 0) throw new WrongResultError(`${what}: no rows`);
  const differences = compareRows(truth, found);
  if (differences.length > 0) throw new WrongResultError(`${what}: ${summarize(differences, 5)}`);
}
