const SAMPLE_ROWS = 65_536;

/**
 * Whether values repeat so often that a dictionary and indexes into it are smaller than the values themselves. Samples
 * at most 65,536 rows, spread evenly over the column: a dictionary pays when each value occurs twice among them on
 * average. (Seconds and small counts repeat; milliseconds and large counts hardly do.)
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
