import { ByteWords } from './byte-words.ts';

/** Texts as UTF-8 bytes one after the other: plain data, which a thread can transfer to another. */
export interface Utf8Texts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The start of each text in `bytes`, and the end of the last one. */
  readonly starts: Int32Array<ArrayBuffer>;
}

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function utf8Texts(texts: readonly string[]): Utf8Texts {
  const encoded = texts.map((text) => encoder.encode(text));
  const starts = new Int32Array(texts.length + 1);
  for (const [index, { length }] of encoded.entries()) starts[index + 1] = (starts[index] ?? 0) + length;
  const bytes = new Uint8Array(starts.at(-1) ?? 0);
  for (const [index, text] of encoded.entries()) bytes.set(text, starts[index]);
  return { bytes, starts };
}

/** The index of a text; -1 without it. */
export function indexOfText({ bytes, starts }: Utf8Texts, text: string): number {
  const [searched, words] = [new ByteWords(encoder.encode(text)), new ByteWords(bytes)];
  const { length } = searched.bytes;
  for (let index = 0; index + 1 < starts.length; index += 1) {
    const start = starts[index] ?? 0;
    if ((starts[index + 1] ?? 0) - start === length && searched.isSame(0, length, words, start)) return index;
  }
  return -1;
}

/** All texts, decoded. */
export function textsIn({ bytes, starts }: Utf8Texts): string[] {
  return Array.from({ length: starts.length - 1 }, (_, index) =>
    utf8.decode(bytes.subarray(starts[index], starts[index + 1])),
  );
}
