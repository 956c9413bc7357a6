/** Something that must always hold does not. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws {Violation} when they differ. */
export function require(
  what: string,
  actual: number | string | undefined,
  expected: number | string | undefined,
): void {
  if (actual !== expected) throw new Violation(`${what}: ${String(actual)} instead of ${String(expected)}`);
}

/** @throws {Violation} unless each key is greater than the one before. */
export function requireSorted(what: string, rows: readonly (readonly [number | string, unknown])[]): void {
  for (let row = 1; row < rows.length; row += 1) {
    const [before, key] = [rows[row - 1]?.[0] ?? '', rows[row]?.[0] ?? ''];
    if (key <= before) throw new Violation(`${what}: not sorted at ${key}`);
  }
}

/**
 * @param actual no key comes twice.
 * @throws {Violation} unless there is exactly one row for each that is expected, with its value.
 */
export function requireRows<Key extends number | string, T extends number | string>(
  what: string,
  expected: ReadonlyMap<Key, T>,
  actual: readonly (readonly [Key, T])[],
): void {
  for (const [key, value] of actual)
    if (value !== expected.get(key)) require(`${what}: ${key}`, value, expected.get(key));
  if (actual.length === expected.size) return;
  const found = new Set(actual.map(([key]) => key));
  throw new Violation(`${what}: ${[...expected.keys()].find((key) => !found.has(key)) ?? 'a row'} is missing`);
}
