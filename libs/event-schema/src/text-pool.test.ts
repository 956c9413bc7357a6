import { HASH_SEED, hashStep, TextPool } from './text-pool.ts';

const encoder = new TextEncoder();

function numberOf(pool: TextPool, text: string, hash?: number): number {
  const bytes = encoder.encode(`"${text}"`);
  const hashed = bytes.subarray(1, -1).reduce(hashStep, HASH_SEED);
  return pool.numberOf(bytes, 1, bytes.length - 1, hash ?? hashed);
}

function textOf(pool: TextPool, text: string, hash?: number): string | undefined {
  const number = numberOf(pool, text, hash);
  return pool.texts[number];
}

const texts = Array.from({ length: 5_000 }, (_, number) => `user ${number}`);

describe('a pool of texts', () => {
  it.each([
    ['as it is', undefined],
    ['that begins anew after 100 texts', { maxTexts: 100, maxBytes: 2 ** 24 }],
    ['that begins anew after 1,000 bytes', { maxTexts: 2 ** 18, maxBytes: 1_000 }],
  ])('gives each text for its bytes, %s', (_kind, bounds) => {
    const pool = new TextPool(bounds);
    expect([...texts, ...texts].map((text) => textOf(pool, text))).toEqual([...texts, ...texts]);
  });

  it('tells texts apart whose hashes are the same, however many', () => {
    const pool = new TextPool();
    const few = texts.slice(0, 300);
    expect([...few, ...few].map((text) => textOf(pool, text, 7))).toEqual([...few, ...few]);
  });

  it('tells apart texts of which one begins with the other', () => {
    const pool = new TextPool();
    expect(['a', 'ab', 'a'].map((text) => textOf(pool, text, 7))).toEqual(['a', 'ab', 'a']);
  });

  it.each([
    ['none', ''],
    ['with NUL', 'a\u0000'],
    ['too long', 'a'.repeat(257)],
  ])('gives no text that an event may not hold: %s', (_fault, text) => {
    expect(textOf(new TextPool(), text)).toBeUndefined();
  });

  it('gives nothing for bytes that are no UTF-8', () => {
    const pool = new TextPool();
    for (let time = 0; time < 2; time += 1) expect(pool.numberOf(Uint8Array.of(0x61, 0xff), 0, 2, 7)).toBe(-1);
  });

  it('gives the same text the same number until it begins anew, and then another array of texts', () => {
    const pool = new TextPool({ maxTexts: 3, maxBytes: 2 ** 24 });
    expect(['a', 'b', 'a', 'c', 'b'].map((text) => numberOf(pool, text))).toEqual([0, 1, 0, 2, 1]);
    const { texts: before } = pool;
    expect(numberOf(pool, 'd')).toBe(0);
    expect([before, pool.texts]).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('numbers a text as it numbers its bytes', () => {
    const pool = new TextPool();
    for (const text of ['ana', 'Zoë 👩', 'eva']) numberOf(pool, text);
    expect(['eva', 'Zoë 👩', 'new'].map((text) => pool.numberOfText(text))).toEqual([2, 1, 3]);
  });
});
