/** The low part of a sum stays below this base; the rest is carried into the high part. */
const BASE = 2 ** 50;

/**
 * A sum of bytes that stays exact beyond 2^53 without a BigInt for each addition: the value is high * 2^50 + low, both
 * whole numbers that a double holds exactly. Terms are integers from 0 to 2^52.
 */
export class ByteSum {
  #low = 0;
  #high = 0;

  add(bytes: number): void {
    this.#low += bytes;
    if (this.#low >= BASE) this.#carry();
  }

  value(): bigint {
    return this.#high === 0 ? BigInt(this.#low) : BigInt(this.#high) * BigInt(BASE) + BigInt(this.#low);
  }

  #carry(): void {
    const carried = Math.floor(this.#low / BASE);
    this.#high += carried;
    this.#low -= carried * BASE;
  }
}
