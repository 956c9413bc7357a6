import type { DataRow } from './chart-data.ts';

/** Rows in an order and a form in which those of Superset and those of Postgres can be compared. */
export function normalizedRows(rows: readonly DataRow[]): readonly DataRow[] {
  return rows
    .map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .toSorted()
          .map(([name, value]) => [name, normalized(value)]),
      ),
    )
    .toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

/** Numbers come as text from Postgres; averages with more digits than a float has. */
function normalized(value: unknown): unknown {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));
  return isNumber ? Number(Number(value).toPrecision(12)) : value;
}
