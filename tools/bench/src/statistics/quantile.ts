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
