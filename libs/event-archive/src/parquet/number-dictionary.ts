import { rangeOf } from '../row-order.ts';

const SAMPLE_ROWS = 65_536;

/** Up to this many possible values, a table with an entry for each of them (4 MiB at most) replaces a hash map. */
const MAX_TABLE = 2 ** 20;

/**
 * Whether values repeat so often that a dictionary and indexes into it are smaller than the values themselves. Samples
 * at most 65,536 rows, spread evenly over the column: a dictionary pays when each value occurs twice among them on
 * average. (Seconds and small counts repeat; milliseconds and large counts hardly do.)
 */
export function isWorthDictionary(column: Float64Array): boolean {
  const sample = sampleOf(column);
  const distinct = withoutMap(sample)?.distinct.length ?? countUpTo(sample.length / 2, sample);
  return distinct <= sample.length / 2;
}

/** Counts the distinct values until they are more than `most`, which values that spread far soon are. */
function countUpTo(most: number, sample: Float64Array): number {
  const distinct = new Set<number>();
  for (let row = 0; row < sample.length && distinct.size <= most; row += 1) distinct.add(sample[row] ?? 0);
  return distinct.size;
}

function sampleOf(column: Float64Array): Float64Array {
  const step = Math.max(1, Math.ceil(column.length / SAMPLE_ROWS));
  const sample = new Float64Array(Math.ceil(column.length / step));
  for (let row = 0; row < sample.length; row += 1) sample[row] = column[row * step] ?? 0;
  return sample;
}

export interface DistinctNumbers {
  /** Ascending, since differences compress well. */
  readonly distinct: Float64Array;
  /** The index in `distinct` of each row's value. */
  readonly indexes: Int32Array;
}

export function distinctNumbers(column: Float64Array): DistinctNumbers {
  return withoutMap(column) ?? byMap(column);
}

/** The distinct numbers by loops, which take a fraction of a map's time; undefined when they neither ascend nor lie near. */
function withoutMap(column: Float64Array): DistinctNumbers | undefined {
  if (isAscending(column)) return ofAscending(column);
  const [least, greatest] = rangeOf(column);
  return greatest - least < MAX_TABLE ? byTable(column, least, greatest) : undefined;
}

/** Numbers the values with a table that has an entry for each possible value. */
function byTable(column: Float64Array, least: number, greatest: number): DistinctNumbers {
  const table = new Int32Array(greatest - least + 1);
  for (let row = 0; row < column.length; row += 1) table[(column[row] ?? 0) - least] = 1;
  const distinct = new Float64Array(column.length);
  let count = 0;
  for (let value = 0; value < table.length; value += 1) {
    if (table[value] === 0) continue;
    table[value] = count;
    distinct[count++] = least + value;
  }
  const indexes = new Int32Array(column.length);
  for (let row = 0; row < column.length; row += 1) indexes[row] = table[(column[row] ?? 0) - least] ?? 0;
  return { distinct: distinct.slice(0, count), indexes };
}

function byMap(column: Float64Array): DistinctNumbers {
  const distinct = Float64Array.from(new Set(column)).sort();
  const indexOf = new Map(Array.from(distinct, (value, index) => [value, index]));
  return { distinct, indexes: Int32Array.from(column, (value) => indexOf.get(value) ?? 0) };
}

function isAscending(column: Float64Array): boolean {
  for (let row = 1; row < column.length; row += 1) if ((column[row] ?? 0) < (column[row - 1] ?? 0)) return false;
  return true;
}

/** Numbers the values of an ascending column, such as the event times, by which the rows of a file are sorted. */
function ofAscending(column: Float64Array): DistinctNumbers {
  const distinct = new Float64Array(column.length);
  const indexes = new Int32Array(column.length);
  let count = 0;
  for (let row = 0; row < column.length; row += 1) {
    const value = column[row] ?? 0;
    if (row === 0 || value !== distinct[count - 1]) distinct[count++] = value;
    indexes[row] = count - 1;
  }
  return { distinct: distinct.slice(0, count), indexes };
}
