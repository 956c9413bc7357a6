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

/** Each text in UTF-8, preceded by the number of its bytes. */
export function plainTexts(values: readonly string[]): Buffer {
  const out = Buffer.allocUnsafe(plainSizeOf(values));
  let at = 0;
  for (const value of values) {
    const size = out.write(value, at + LENGTH_BYTES);
    out.writeUInt32LE(size, at);
    at += LENGTH_BYTES + size;
  }
  return out;
}

export function plainSizeOf(values: readonly string[]): number {
  return values.reduce((sum, value) => sum + LENGTH_BYTES + Buffer.byteLength(value), 0);
}
