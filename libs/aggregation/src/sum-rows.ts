import type { Sum } from './sum-table.ts';

/** The weight of the high part in the high word, 2^50 / 2^32: the low part has 50 bits, a word 32. */
const HIGH_STEP = 2 ** 18;

/**
 * Sorted sums as columns. A commit has hundreds of thousands of rows; creating and collecting an object with a BigInt
 * for each would take longer than sending them. A sum is exact up to 2^63 - 1, the greatest BIGINT.
 */
export class SumRows {
  readonly length: number;
  /** The code of each row's id, in the table of texts of its group. */
  readonly codes: Int32Array;
  /** The greatest event time of each row, milliseconds since 1970. */
  readonly latestMs: Float64Array;
  /** Two 32-bit words for each sum, the high word first. */
  readonly words: Int32Array;

  constructor(length: number) {
    this.length = length;
    this.codes = new Int32Array(length);
    this.latestMs = new Float64Array(length);
    this.words = new Int32Array(2 * length);
  }

  /** @throws {RangeError} when the sum is greater than 2^63 - 1. */
  set(row: number, code: number, { high, low, latestMs }: Sum): void {
    const highWord = high * HIGH_STEP + Math.floor(low / 2 ** 32);
    if (highWord >= 2 ** 31) throw new RangeError('a sum of bytes is greater than 2^63 - 1');
    this.codes[row] = code;
    this.latestMs[row] = latestMs;
    this.words[2 * row] = highWord;
    // An Int32Array stores the lower 32 bits of the number.
    this.words[2 * row + 1] = low;
  }

  sumAt(row: number): bigint {
    return (BigInt(this.words[2 * row] ?? 0) << 32n) | BigInt((this.words[2 * row + 1] ?? 0) >>> 0);
  }
}
