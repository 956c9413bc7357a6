import { TextTable } from '@antenna/event-schema';
import * as fc from 'fast-check';
import { TextDictionary } from './text-dictionary.ts';

/** Of few characters, so that many texts begin alike: of seven bits, eight bits, more, and a surrogate pair. */
const endings = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom('\0', 'a', 'b', '~', '\x7f', 'ÿ', 'Ā', '￮', '\u{1F600}'), maxLength: 9 }),
  { maxLength: 60 },
);

/** Texts of which often all begin with the same characters. */
const texts = fc
  .tuple(fc.constantFrom('', '34', '\0', 'ÿ', '\u{1F600}'), endings)
  .map(([beginning, ends]) => ends.map((ending) => beginning + ending));

/** The texts of a dictionary, sorted by the places of their codes. */
function inOrder(dictionary: TextDictionary): string[] {
  const ordered: string[] = [];
  for (const [code, place] of dictionary.places().entries()) ordered[place] = dictionary.texts.textAt(code);
  return ordered;
}

describe('the texts of a dictionary', () => {
  it('are ordered by their UTF-16 code units, and each code leads to the place of its text', () => {
    fc.assert(
      fc.property(texts, (interned) => {
        const dictionary = new TextDictionary();
        const table = TextTable.of(interned);
        const codes = interned.map((_, code) => dictionary.codeOfInterned(table, code));
        expect(codes.map((code) => dictionary.texts.textAt(code))).toEqual(interned);
        expect(inOrder(dictionary)).toEqual(interned.toSorted());
      }),
    );
  });

  it('keep their codes when an interner starts over', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 2, maxLength: 4 }), (interners) => {
        const dictionary = new TextDictionary();
        const codes = new Map<string, number>();
        for (const interned of [...interners, ...interners]) {
          const table = TextTable.of(interned);
          for (const [index, text] of interned.entries()) {
            const code = dictionary.codeOfInterned(table, index);
            expect(codes.get(text) ?? code).toBe(code);
            codes.set(text, code);
          }
        }
        expect(new Set(codes.values()).size).toBe(codes.size);
        expect(inOrder(dictionary)).toEqual([...codes.keys()].toSorted());
      }),
    );
  });
});
