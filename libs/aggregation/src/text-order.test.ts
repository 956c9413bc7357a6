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
  it.each([
    ['sorted at once', undefined],
    ['divided by characters, until four are left', 4],
  ])('compares UTF-16 code units, for any of the ids: %s', (_how, most) => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.constantFrom(1, 2, 40), (all, seed, step) => {
        const table = TextTable.of(all);
        const codes = all
          .map((_, code) => code)
          .filter((code) => (code * 7 + seed) % 3 > 0)
          .reverse();
        const some = codes.filter((_, index) => index % step === 0);
        const sorted = orderOf(table, Int32Array.from(codes), most).sorted(Int32Array.from(some));
        expect(Array.from(sorted, (code) => all[code])).toEqual(some.map((code) => all[code]).toSorted());
      }),
      { numRuns: 500 },
    );
  });
});
