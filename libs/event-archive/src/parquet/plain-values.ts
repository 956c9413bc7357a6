const TWO_TO_32 = 2 ** 32;
const INT64_BYTES = 8;
const LENGTH_BYTES = 4;

/** Integers in [0, 2^53) as 64 bits each, the lowest byte first, as this machine has them. */
export function plainInt64(values: Float64Array): Buffer {
  const words = new Uint32Array(2 * values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    // A Uint32Array stores a number modulo 2^32.
    words[2 * index] = value;
    words[2 * index + 1] = value / TWO_TO_32;
  }
  return Buffer.from(words.buffer, 0, values.length * INT64_BYTES);
}

export function plainInt32(value: number): Buffer {
  return Buffer.from(Int32Array.of(value).buffer);
}

/** Texts in UTF-8, each preceded by the number of its bytes. */
export interface PlainTexts {
  readonly bytes: Buffer;
  /** The start of each text in `bytes`, and at the end the length of `bytes`. */
  readonly starts: Int32Array;
}

export function plainTexts(values: readonly string[]): PlainTexts {
  // UTF-8 takes at most three bytes for a UTF-16 code unit.
  const bytes = Buffer.allocUnsafe(values.reduce((sum, { length }) => sum + LENGTH_BYTES + 3 * length, 0));
  const starts = new Int32Array(values.length + 1);
  let at = 0;
  for (let index = 0; index < values.length; index += 1) {
    const size = bytes.write(values[index] ?? '', at + LENGTH_BYTES);
    bytes.writeUInt32LE(size, at);
    at += LENGTH_BYTES + size;
    starts[index + 1] = at;
  }
  return { bytes: bytes.subarray(0, at), starts };
}

/** The texts with the given indexes, one after the other. */
export function textsAt({ bytes, starts }: PlainTexts, indexes: Int32Array): Buffer {
  const size = indexes.reduce((sum, index) => sum + (starts[index + 1] ?? 0) - (starts[index] ?? 0), 0);
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (let row = 0; row < indexes.length; row += 1) {
    const index = indexes[row] ?? 0;
    at += bytes.copy(out, at, starts[index], starts[index + 1]);
  }
  return out;
}
