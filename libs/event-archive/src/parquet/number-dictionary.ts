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

export interface DistinctNumbers {
  /** Ascending, since differences compress well. */
  readonly distinct: Float64Array;
  /** The index in `distinct` of each row's value. */
  readonly indexes: Int32Array;
}

export function distinctNumbers(column: Float64Array): DistinctNumbers {
  const indexes = new Int32Array(column.length);
  const found: number[] = [];
  const placeOf = new Map<number, number>();
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? 0;
    let place = placeOf.get(value);
    if (place === undefined) placeOf.set(value, (place = found.push(value) - 1));
    indexes[row] = place;
  }
  const distinct = Float64Array.from(found).sort();
  const sortedPlaces = new Int32Array(found.length);
  for (const [place, value] of distinct.entries()) sortedPlaces[placeOf.get(value) ?? 0] = place;
  for (let row = 0; row < indexes.length; row += 1) indexes[row] = sortedPlaces[indexes[row] ?? 0] ?? 0;
  return { distinct, indexes };
}
