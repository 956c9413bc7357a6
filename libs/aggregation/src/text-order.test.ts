import { TextTable } from '@antenna/event-schema';
import * as fc from 'fast-check';
import { orderOf } from './text-order.ts';

/** Of few characters, so that many texts begin alike: of seven bits, eight bits, more, and a surrogate pair. */
const endings = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom('\0', 'a', 'b', '~', '\x7f', 'ÿ', 'Ā', '￮', '\u{1F600}'), maxLength: 9 }),
  { maxLength: 60 },
);

/** Texts of which often all begin with the same characters. */
const texts = fc
  .tuple(fc.constantFrom('', '34', '\0', 'ÿ', '\u{1F600}'), endings)
  .map(([beginning, ends]) => ends.map((ending) => beginning + ending));

describe('the sort order of ids', () => {
  it('compares UTF-16 code units, and gives the position of each id by its code', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (all, seed) => {
        const table = TextTable.of(all);
        const codes = all
          .map((_, code) => code)
          .filter((code) => (code * 7 + seed) % 3 > 0)
          .reverse();
        const { places, length } = orderOf(table, Int32Array.from(codes));
        const ordered: string[] = [];
        for (const code of codes) ordered[places[code] ?? -1] = table.textAt(code);
        expect(length).toBe(codes.length);
        expect(ordered).toEqual(codes.map((code) => all[code]).toSorted());
      }),
    );
  });
});
