import { HASH_SEED, hashStep, TextPool } from './text-pool.ts';

const encoder = new TextEncoder();

function textOf(pool: TextPool, text: string, hash?: number): string | undefined {
  const bytes = encoder.encode(`"${text}"`);
  const hashed = bytes.subarray(1, -1).reduce(hashStep, HASH_SEED);
  return pool.textOf(bytes, 1, bytes.length - 1, hash ?? hashed);
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
    const few = texts.slice(0, 40);
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
    for (let time = 0; time < 2; time += 1) expect(pool.textOf(Uint8Array.of(0x61, 0xff), 0, 2, 7)).toBeUndefined();
  });
});
