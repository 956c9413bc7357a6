/**
 * The smallest of the values that at least this share of them does not exceed (nearest rank).
 * @param share from 0 to 1.
 * @throws {RangeError} without values.
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new RangeError('no values, no quantile');
  return value;
}

/** What several measurements of the same thing come to. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** @throws {RangeError} without values. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('no values, no spread');
  return { median: medianOf(values), min: Math.min(...values), max: Math.max(...values), count: values.length };
}

/** Of an even number of values, the middle between the middle two. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return (low + high) / 2;
}
