/** Where the high word of a sum goes on: its low part has 50 bits, its low word 32. */
const HIGH_STEP = 2 ** 18;

/**
 * Sums in order, as columns: a commit has hundreds of thousands of rows, and an object with a BigInt for each would be
 * more to make and to collect than to send. A sum is exact up to 2^63 - 1, the greatest that a store's 64 bits hold.
 */
export class SumRows {
  readonly length: number;
  /** Of each row's text, in the order of the texts. */
  readonly places: Int32Array;
  /** The greatest of the times that came with each row. */
  readonly latestMs: Float64Array;
  /** Two words a sum, the high one first. */
  readonly words: Int32Array;

  constructor(length: number) {
    this.length = length;
    this.places = new Int32Array(length);
    this.latestMs = new Float64Array(length);
    this.words = new Int32Array(2 * length);
  }

  /**
   * The sum is high * 2^50 + low.
   * @throws {RangeError} when it is greater than 2^63 - 1.
   */
  setSum(row: number, high: number, low: number): void {
    const highWord = high * HIGH_STEP + Math.floor(low / 2 ** 32);
    if (highWord >= 2 ** 31) throw new RangeError('a sum of bytes is greater than 2^63 - 1');
    this.words[2 * row] = highWord;
    // Takes the lower 32 bits of the number.
    this.words[2 * row + 1] = low;
  }

  sumAt(row: number): bigint {
    return (BigInt(this.words[2 * row] ?? 0) << 32n) | BigInt((this.words[2 * row + 1] ?? 0) >>> 0);
  }
}
