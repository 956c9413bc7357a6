import { Violation } from './violation.ts';

/** @throws {Violation} when they differ. */
export function require(
  what: string,
  actual: number | string | undefined,
  expected: number | string | undefined,
): void {
  if (actual !== expected) throw new Violation(`${what}: ${String(actual)} instead of ${String(expected)}`);
}

/** @throws {Violation} unless each key is greater than the one before. */
export function requireSorted(what: string, keys: readonly string[]): void {
  const unsorted = keys.find((key, index) => index > 0 && key <= (keys[index - 1] ?? ''));
  if (unsorted !== undefined) throw new Violation(`${what}: not sorted at ${unsorted}`);
}

/**
 * @param actual no key comes twice.
 * @throws {Violation} unless there is exactly one row for each that is expected, with its value.
 */
export function requireRows<T extends number | string>(
  what: string,
  expected: ReadonlyMap<string, T>,
  actual: readonly (readonly [string, T])[],
): void {
  for (const [key, value] of actual)
    if (value !== expected.get(key)) require(`${what}: ${key}`, value, expected.get(key));
  if (actual.length === expected.size) return;
  const found = new Set(actual.map(([key]) => key));
  throw new Violation(`${what}: ${[...expected.keys()].find((key) => !found.has(key)) ?? 'a row'} is missing`);
}
