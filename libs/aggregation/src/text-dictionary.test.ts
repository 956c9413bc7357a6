import { TextTable } from '@antenna/event-schema';
import * as fc from 'fast-check';
import { TextDictionary } from './text-dictionary.ts';

const texts = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'ÿ', '\u{1F600}'), maxLength: 3 }), {
  maxLength: 60,
});

describe('a dictionary', () => {
  it('has one code for each text, in the order of first appearance, whatever tables it comes from', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 4 }), (tables) => {
        const dictionary = new TextDictionary();
        const known: string[] = [];
        for (const each of [...tables, ...tables]) {
          const table = TextTable.of(each);
          for (const [code, text] of each.entries()) {
            if (!known.includes(text)) known.push(text);
            expect(dictionary.codeOfInterned(table, code)).toBe(known.indexOf(text));
          }
        }
        expect(known.map((_, code) => dictionary.texts.textAt(code))).toEqual(known);
      }),
    );
  });
});
