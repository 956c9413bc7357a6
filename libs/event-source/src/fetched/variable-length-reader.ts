/** Numbers of more bytes are computed as BigInt, since a double would round them. */
const EXACT_BYTES = 7;
const EXACT_BASES = 2n ** 52n;

/** A 64-bit base of sums; also as a double when sums with numbers of 49 bits are exact in it. */
export interface LongBase {
  readonly value: bigint;
  readonly exact: number | undefined;
}

export function longBase(value: bigint): LongBase {
  const isSmall = value < EXACT_BASES && value > -EXACT_BASES;
  return { value, exact: isSmall ? Number(value) : undefined };
}

/** Reads variable-length integers of Kafka's record format (base 128, zigzag). */
export class VariableLengthReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  /** The result of the last `readSum`. A field, because V8 allocates an object for a double that a function returns. */
  sum = NaN;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#position;
  }

  /** A signed integer of 32 bits. @throws {RangeError} when it has more than five bytes or is cut short. */
  integer(): number {
    const value = this.#bits();
    return (value >>> 1) ^ -(value & 1);
  }

  /** An unsigned integer of 32 bits. @throws {RangeError} when it has more than five bytes or is cut short. */
  unsigned(): number {
    return this.#bits() >>> 0;
  }

  #bits(): number {
    let byte = this.#byteAt(this.#position++);
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (shift > 28) throw new RangeError('a number of 32 bits takes more than five bytes');
      byte = this.#byteAt(this.#position++);
      value |= (byte & 0x7f) << shift;
    }
    return value;
  }

  /** Sets `sum` to the base plus the next signed integer of up to 64 bits, as the nearest double. */
  readSum({ value: base, exact }: LongBase): void {
    const start = this.#position;
    let scale = 1;
    let value = 0;
    for (let count = 0; count < EXACT_BYTES && exact !== undefined; count += 1) {
      const byte = this.#byteAt(this.#position++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.sum = exact + (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
        return;
      }
      scale *= 128;
    }
    this.#position = start;
    this.sum = Number(base + this.#long());
  }

  /** Skips bytes. @returns their start. @throws {RangeError} when fewer are left. */
  skip(length: number): number {
    const start = this.#position;
    this.moveTo(start + length);
    return start;
  }

  moveTo(position: number): void {
    if (position < this.#position || position > this.#bytes.length) {
      throw new RangeError(`a record reaches to byte ${position} of ${this.#bytes.length}`);
    }
    this.#position = position;
  }

  #long(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byteAt(this.#position++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (BigInt.asUintN(64, value) >> 1n) ^ -(value & 1n));
    }
    throw new RangeError('a number of 64 bits takes more than ten bytes');
  }

  #byteAt(position: number): number {
    return this.#bytes[position] ?? cutShort(this.#bytes);
  }
}

function cutShort(bytes: Uint8Array): never {
  throw new RangeError(`a record is cut short at byte ${bytes.length}`);
}
