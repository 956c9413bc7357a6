import * as fc from 'fast-check';
import { StringDictionary } from './string-dictionary.ts';

/** Few characters, so that many texts begin alike; one of them, and one pair, lies beyond Latin-1. */
const texts = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom('\0', 'a', 'b', 'ÿ', 'Ā', '￮', '\u{1F600}'), maxLength: 7 }),
  { maxLength: 60 },
);

describe('the texts of a dictionary', () => {
  it('are ordered by their UTF-16 code units, and each code leads to the place of its text', () => {
    fc.assert(
      fc.property(texts, (interned) => {
        const dictionary = new StringDictionary();
        const codes = interned.map((_, code) => dictionary.codeOfInterned(interned, code));
        const { texts: ordered, places } = dictionary.ordered();
        expect(ordered).toEqual(interned.toSorted());
        expect(codes.map((code) => ordered[places[code] ?? -1])).toEqual(interned);
      }),
    );
  });

  it('keep their codes when an interner starts over', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 2, maxLength: 4 }), (interners) => {
        const dictionary = new StringDictionary();
        const codes = new Map<string, number>();
        for (const interned of [...interners, ...interners]) {
          for (const [index, text] of interned.entries()) {
            const code = dictionary.codeOfInterned(interned, index);
            expect(codes.get(text) ?? code).toBe(code);
            codes.set(text, code);
          }
        }
        expect(new Set(codes.values()).size).toBe(codes.size);
        expect(dictionary.ordered().texts).toEqual([...codes.keys()].toSorted());
      }),
    );
  });
});
