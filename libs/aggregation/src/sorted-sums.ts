import { SumRows } from './sum-rows.ts';
import type { Sum, SumTable } from './sum-table.ts';

/**
 * The bytes of each id in one or several windows, sorted by id. A row, in which the sums of the windows are added up, is made
 * when it is sent. Until then a commit holds the code of its id, four bytes instead of twenty.
 */
export class SortedSums {
  readonly #tables: readonly SumTable[];
  readonly #codes: Int32Array;

  /** @param codes in the order of their texts, without repetition. */
  constructor(tables: readonly SumTable[], codes: Int32Array) {
    this.#tables = tables;
    this.#codes = codes;
  }

  get length(): number {
    return this.#codes.length;
  }

  /** The sums `first` to `end - 1`. */
  slice(first: number, end: number): SortedSums {
    return new SortedSums(this.#tables, this.#codes.subarray(first, end));
  }

  /**
   * Writes these sums as rows, the first one at row `first`.
   * @throws {RangeError} when a sum is greater than 2^63 - 1.
   * @throws {TypeError} when a code has no sum, as after the tables were freed.
   */
  writeTo(rows: SumRows, first: number): void {
    const sum: Sum = { high: 0, low: 0, latestMs: -Infinity };
    for (let index = 0; index < this.#codes.length; index += 1) {
      const code = this.#codes[index] ?? 0;
      sum.high = 0;
      sum.low = 0;
      sum.latestMs = -Infinity;
      for (const table of this.#tables) table.addTo(sum, code);
      if (sum.latestMs === -Infinity) throw new TypeError('the sums cannot be read any more');
      rows.set(first + index, code, sum);
    }
  }
}

/** The rows of several sums, one after the other. */
export function rowsOf(sums: readonly SortedSums[]): SumRows {
  const rows = new SumRows(sums.reduce((total, { length }) => total + length, 0));
  let first = 0;
  for (const each of sums) {
    each.writeTo(rows, first);
    first += each.length;
  }
  return rows;
}
