const SAMPLE_ROWS = 65_536;

/**
 * Whether values come back so often that a dictionary and indexes into it are smaller than the values themselves.
 * Told by rows spread evenly over the column, at most 65,536: a dictionary pays when a value is met twice in them on
 * average. (Seconds and small counts do come back; milliseconds and large counts hardly do.)
 */
export function isWorthDictionary(column: Float64Array): boolean {
  const step = Math.ceil(column.length / SAMPLE_ROWS);
  const distinct = new Set<number>();
  let sampled = 0;
  for (let row = 0; row < column.length; row += step) {
    distinct.add(column[row] ?? 0);
    sampled += 1;
  }
  return distinct.size * 2 <= sampled;
}
