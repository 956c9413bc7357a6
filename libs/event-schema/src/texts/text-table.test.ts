import * as fc from 'fast-check';
import { ByteWords } from './byte-words.ts';
import { TextTable } from './text-table.ts';
import { indexOfText, textsIn, utf8Texts } from './utf8-texts.ts';

const encoder = new TextEncoder();

/** Texts in UTF-8 of one to four bytes a character, empty ones and a byte order mark among them. */
const texts = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b', '"', 'ÿ', '\uFEFF', '中', '\u{1F600}'), maxLength: 9 }),
);

interface Searched {
  readonly words: ByteWords;
  readonly end: number;
}

function searched(text: string): Searched {
  const words = new ByteWords(encoder.encode(text));
  return { words, end: words.bytes.length };
}

/** The code of a text, which is added if it is new. */
function codeIn(table: TextTable, text: string, hash: number): number {
  const { words, end } = searched(text);
  const known = table.find(words, 0, end, hash);
  return known >= 0 ? known : table.add(words, 0, end, hash);
}

describe('a table of texts', () => {
  it.each([
    ['with the hash of each text', (text: string) => searched(text).words.hashOf(0, searched(text).end)],
    ['with a few hashes for all texts', (text: string) => text.length % 3],
    ['with negative hashes', (text: string) => -1 - (text.length % 3)],
  ])('has one code for each text, in the order in which they were added, %s', (_what, hashOf) => {
    fc.assert(
      fc.property(texts, (all) => {
        const table = new TextTable();
        const known: string[] = [];
        for (const text of [...all, ...all]) {
          if (!known.includes(text)) known.push(text);
          expect(codeIn(table, text, hashOf(text))).toBe(known.indexOf(text));
        }
        expect(known.map((_, code) => table.textAt(code))).toEqual(known);
        expect(textsIn(table.packed())).toEqual(known);
        expect(table.length).toBe(known.length);
      }),
    );
  });

  it('finds 2,000 texts that share two hashes, as an attacker may choose them, and no other text', () => {
    const table = new TextTable();
    const chosen = Array.from({ length: 2_000 }, (_, number) => `user ${number}`);
    for (let time = 0; time < 2; time += 1) {
      expect(chosen.map((text, number) => codeIn(table, text, number % 2))).toEqual([...chosen.keys()]);
    }
    const { words, end } = searched('user 1999');
    expect([0, 1, 2].map((hash) => table.find(words, 0, end, hash))).toEqual([-1, 1_999, -1]);
    for (const unknown of ['user 2000', 'x'.repeat(1_000_000)]) {
      const other = searched(unknown);
      expect(table.find(other.words, 0, other.end, 0)).toBe(-1);
    }
  });

  it('finds a text only under a hash with which it was added, and has two codes for a text that was added with two hashes', () => {
    const table = new TextTable();
    const { words, end } = searched('ana');
    const codes = [5, -5].map((hash) => table.add(words, 0, end, hash));
    expect([5, -5, 6].map((hash) => table.find(words, 0, end, hash))).toEqual([...codes, -1]);
  });

  it('adds the texts of other tables, and a text that several of them hold only once', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 4 }), (tables) => {
        const table = new TextTable();
        const known: string[] = [];
        for (const each of tables) {
          const distinct = [...new Set(each)];
          const other = TextTable.of(distinct);
          for (const [code, text] of distinct.entries()) {
            if (!known.includes(text)) known.push(text);
            expect(table.codeOf(other, code)).toBe(known.indexOf(text));
          }
        }
        expect(textsIn(table.packed())).toEqual(known);
      }),
    );
  });
});

describe('packed texts', () => {
  it('are the texts that were packed, in their order', () => {
    fc.assert(
      fc.property(texts, (all) => {
        expect(textsIn(utf8Texts(all))).toEqual(all);
      }),
    );
  });

  it('have the index of each of their texts, and of no other', () => {
    fc.assert(
      fc.property(texts, (all) => {
        for (const text of [...all, 'none']) expect(indexOfText(utf8Texts(all), text)).toBe(all.indexOf(text));
      }),
    );
  });
});
