import { ByteWords } from '../texts/byte-words.ts';
import { textsIn } from '../texts/utf8-texts.ts';
import { Utf8Interner } from './utf8-interner.ts';

const encoder = new TextEncoder();

function codeOf(interner: Utf8Interner, text: string): number {
  const bytes = encoder.encode(`"${text}"`);
  return interner.codeOf(new ByteWords(bytes), 1, bytes.length - 1);
}

function textOf(interner: Utf8Interner, text: string): string | undefined {
  const code = codeOf(interner, text);
  return code < 0 ? undefined : interner.texts.textAt(code);
}

/** The multiplier of `ByteWords.hashOf`, and its inverse modulo 2^32 (Newton's iteration). */
const SPREAD = 0x9e3779b1 | 0;
const INVERSE = Array.from({ length: 5 }).reduce<number>(
  (inverse) => Math.imul(inverse, 2 - Math.imul(SPREAD, inverse)),
  SPREAD,
);

function rotated(hash: number): number {
  return (hash << 5) | (hash >>> 27);
}

/** Texts of eight letters with equal hashes, as an attacker might choose them: the second half cancels the first. */
function textsOfOneHash(count: number): string[] {
  const found: string[] = [];
  for (let choice = 0; found.length < count; choice += 1) {
    const bytes = new Uint8Array(8).map((_, index) => 0x30 + ((choice >> (6 * index)) & 63));
    const words = new DataView(bytes.buffer);
    const hashOfFirst = Math.imul(rotated(8) ^ words.getInt32(0, true), SPREAD);
    words.setInt32(4, Math.imul(rotated(hashOfFirst) ^ Math.imul(4711, INVERSE), INVERSE), true);
    const isPlain = bytes.every((byte) => byte > 0x22 && byte !== 0x5c && byte < 0x7f);
    if (isPlain) found.push(new TextDecoder().decode(bytes));
  }
  return found;
}

const texts = Array.from({ length: 5_000 }, (_, number) => `user ${number}`);

describe('an interner of UTF-8 texts', () => {
  it.each([
    ['with the default bounds', undefined],
    ['with a bound of 100 texts', { maxTexts: 100, maxBytes: 2 ** 24 }],
    ['with a bound of 1,000 bytes', { maxTexts: 2 ** 18, maxBytes: 1_000 }],
  ])('returns each text for its bytes, %s', (_kind, bounds) => {
    const interner = new Utf8Interner(bounds);
    expect([...texts, ...texts].map((text) => textOf(interner, text))).toEqual([...texts, ...texts]);
  });

  it('distinguishes 300 texts with equal hashes', () => {
    const interner = new Utf8Interner();
    const same = textsOfOneHash(300);
    const hashes = same.map((text) => new ByteWords(encoder.encode(text)).hashOf(0, 8));
    expect([new Set(same).size, new Set(hashes).size]).toEqual([300, 1]);
    expect([...same, ...same].map((text) => textOf(interner, text))).toEqual([...same, ...same]);
  });

  it('has no code for a text of megabytes, also among texts with equal hashes', () => {
    const interner = new Utf8Interner();
    for (const text of textsOfOneHash(300)) codeOf(interner, text);
    for (const bytes of [1_025, 200_000, 4_000_000]) expect(codeOf(interner, 'a'.repeat(bytes))).toBe(-1);
  });

  it('distinguishes texts that are prefixes of each other', () => {
    const interner = new Utf8Interner();
    const prefixes = Array.from({ length: 9 }, (_, length) => 'aaaaaaaaa'.slice(length));
    expect([...prefixes, ...prefixes].map((text) => textOf(interner, text))).toEqual([...prefixes, ...prefixes]);
  });

  it.each([
    ['a quotation mark', 'ana"eva'],
    ['a backslash', 'ana\\eva'],
    ['a control character', 'ana\neva'],
    ['a control character among three bytes', 'a\nb'],
  ])('has a code for a text with %s, but none for its bytes, which JSON would escape', (_what, text) => {
    const interner = new Utf8Interner();
    const code = interner.codeOfText(text);
    expect([interner.texts.textAt(code), interner.codeOfText(text), codeOf(interner, text)]).toEqual([text, code, -1]);
  });

  it('has no code for bytes that JSON would escape, also if a former table had a text that ends with the same bytes', () => {
    const interner = new Utf8Interner({ maxTexts: 1, maxBytes: 2 ** 24 });
    expect([codeOf(interner, 'to ana eva'), interner.codeOfText('to\nana eva')]).toEqual([0, 0]);
    expect(codeOf(interner, 'to\nana eva')).toBe(-1);
  });

  it('distinguishes texts that end with the same bytes', () => {
    const interner = new Utf8Interner();
    const same = ['ana of antenna', 'eva of antenna', 'tenna', 'enna', 'nna'];
    expect([...same, ...same].map((text) => textOf(interner, text))).toEqual([...same, ...same]);
    expect(interner.texts.length).toBe(same.length);
  });

  it.each([
    ['that is empty', ''],
    ['with NUL', 'a\u0000'],
    ['of 257 characters', 'a'.repeat(257)],
  ])('has no code for a text %s, which is invalid in an event', (_fault, text) => {
    expect(textOf(new Utf8Interner(), text)).toBeUndefined();
  });

  it('has no code for bytes that are not UTF-8', () => {
    const interner = new Utf8Interner();
    const words = new ByteWords(Uint8Array.of(0x61, 0xff));
    for (let time = 0; time < 2; time += 1) expect(interner.codeOf(words, 0, 2)).toBe(-1);
  });

  it('starts over before it is full if it is asked to, and is nearly full', () => {
    const interner = new Utf8Interner({ maxTexts: 32, maxBytes: 2 ** 24 });
    const { texts } = interner;
    for (let number = 0; number < 29; number += 1) interner.codeOfText(`text ${number}`);
    interner.renew();
    expect(interner.texts).toBe(texts);
    interner.codeOfText('text 29');
    interner.renew();
    expect(interner.texts).not.toBe(texts);
    expect(interner.codeOfText('text 29')).toBe(0);
  });

  it('keeps the code of a text until it is full, then starts over with a new table of texts', () => {
    const interner = new Utf8Interner({ maxTexts: 3, maxBytes: 2 ** 24 });
    expect(['a', 'b', 'a', 'c', 'b'].map((text) => codeOf(interner, text))).toEqual([0, 1, 0, 2, 1]);
    const { texts: before } = interner;
    expect(codeOf(interner, 'd')).toBe(0);
    expect([textsIn(before.packed()), textsIn(interner.texts.packed())]).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('has the same code for a text and for its bytes', () => {
    const interner = new Utf8Interner();
    for (const text of ['ana', 'Zoë 👩', 'eva']) codeOf(interner, text);
    expect(['eva', 'Zoë 👩', 'new'].map((text) => interner.codeOfText(text))).toEqual([2, 1, 3]);
  });
});
