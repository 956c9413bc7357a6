import { ByteWords, type Utf8Texts } from '@antenna/event-schema';

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

/** The texts at these indexes, each preceded by the number of its bytes. */
export function plainTexts(texts: Utf8Texts, indexes: Int32Array): Buffer {
  const plain = Buffer.allocUnsafe(plainSize(texts, indexes));
  const [source, target] = [new ByteWords(texts.bytes), new ByteWords(plain)];
  let at = 0;
  for (let row = 0; row < indexes.length; row += 1) {
    const index = indexes[row] ?? 0;
    const [start, end] = [texts.starts[index] ?? 0, texts.starts[index + 1] ?? 0];
    at = plain.writeUInt32LE(end - start, at);
    source.copyTo(target, start, end, at);
    at += end - start;
  }
  return plain;
}

/** The bytes of `plainTexts`. */
export function plainSize({ starts }: Utf8Texts, indexes: Int32Array): number {
  let size = indexes.length * LENGTH_BYTES;
  for (let row = 0; row < indexes.length; row += 1) {
    const index = indexes[row] ?? 0;
    size += (starts[index + 1] ?? 0) - (starts[index] ?? 0);
  }
  return size;
}
