/** A row: the key that it is found by, and the value that has to be equal. */
export type KeyedRow<V> = readonly [key: string, value: V];

/** How a row differs. A row that is stored twice is `extra` the second time. */
export type Difference<V> =
  | { readonly kind: 'missing'; readonly key: string; readonly expected: V }
  | { readonly kind: 'extra'; readonly key: string; readonly actual: V }
  | { readonly kind: 'different'; readonly key: string; readonly expected: V; readonly actual: V };

/** Values that `===` compares. */
export type Comparable = bigint | number | string | boolean | null;

/**
 * Compares two tables row by row: a full outer join by key. The rows of either may come in any order and their keys may
 * repeat. A `Map` is rows, too.
 * @returns every difference, sorted by key; none when the tables are equal.
 */
export function compareRows<V extends Comparable>(
  expected: Iterable<KeyedRow<V>>,
  actual: Iterable<KeyedRow<V>>,
): Difference<V>[] {
  const expectedByKey = Map.groupBy(expected, ([key]) => key);
  const actualByKey = Map.groupBy(actual, ([key]) => key);
  const keys = new Set([...expectedByKey.keys(), ...actualByKey.keys()]);
  return Array.from(keys)
    .sort()
    .flatMap((key) => compareValues(key, valuesOf(expectedByKey.get(key)), valuesOf(actualByKey.get(key))));
}

/** Sorted, so that rows of the same key are compared whichever came first. */
function valuesOf<V extends Comparable>(rows: readonly KeyedRow<V>[] = []): V[] {
  return rows.map(([, value]) => value).sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

function compareValues<V>(key: string, expected: readonly V[], actual: readonly V[]): Difference<V>[] {
  const differences: Difference<V>[] = [];
  for (let row = 0; row < Math.max(expected.length, actual.length); row++) {
    const [due, found] = [expected[row], actual[row]];
    if (due === undefined) {
      if (found !== undefined) differences.push({ kind: 'extra', key, actual: found });
    } else if (found === undefined) differences.push({ kind: 'missing', key, expected: due });
    else if (due !== found) differences.push({ kind: 'different', key, expected: due, actual: found });
  }
  return differences;
}

/**
 * Describes how two tables differ.
 * @param limit how many differences are written out; all are counted.
 */
export function summarize(differences: readonly Difference<unknown>[], limit = 10): string {
  if (differences.length === 0) return 'all rows are equal';
  const count = (kind: string): number => differences.filter((difference) => difference.kind === kind).length;
  const counts = `${count('missing')} missing, ${count('extra')} extra, ${count('different')} different`;
  const lines = differences
    .slice(0, limit)
    .map((difference) => `\n  ${difference.kind.padEnd(9)}  ${textOf(difference)}`);
  const more = differences.length > limit ? `\n  … and ${differences.length - limit} more` : '';
  return `${differences.length} rows differ: ${counts}${lines.join('')}${more}`;
}

/** The row, with the value that it should have and the one that it has. */
export function textOf(difference: Difference<unknown>): string {
  const { key } = difference;
  switch (difference.kind) {
    case 'missing':
      return `${key}: expected ${String(difference.expected)}`;
    case 'extra':
      return `${key}: found ${String(difference.actual)}`;
    case 'different':
      return `${key}: expected ${String(difference.expected)}, found ${String(difference.actual)}`;
  }
}
