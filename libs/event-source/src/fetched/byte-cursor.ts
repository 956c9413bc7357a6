/** Reads big-endian primitives of the Kafka protocol in sequence. */
export class ByteCursor {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#position;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  /** A string with a 16-bit length; null for a negative length. */
  text(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.take(length).toString('utf8');
  }

  /** An array with its element count in front; a negative count stands for an empty array. */
  array<T>(element: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, element);
  }

  /** @returns a view of the next bytes, not a copy. */
  take(length: number): Buffer {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** @throws {RangeError} when fewer bytes are left. */
  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw new RangeError(`${length} bytes are needed, ${this.left} are left`);
    this.#position = start + length;
    return start;
  }
}
