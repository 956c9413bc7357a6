import fc from 'fast-check';
import { DateTime, FixedOffsetZone } from 'luxon';
import { isoInstantMs } from './iso-instant.ts';

/** The result of the library alone, without our parser of the common form. */
function luxonMs(text: string): number | undefined {
  const instant = DateTime.fromISO(text, { zone: 'utc' });
  return instant.isValid ? instant.toMillis() : undefined;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

const padded = (max: number, length: number): fc.Arbitrary<string> =>
  fc.nat(max).map((number) => String(number).padStart(length, '0'));

/** YYYY-MM-DDTHH:mm:ss[.SSS]Z, in which each number may be slightly out of its range. */
const commonForm = fc
  .tuple(
    fc.oneof(padded(9999, 4), fc.constantFrom('1968', '1969', '1970', '1900', '2000', '2024', '2100')),
    padded(13, 2),
    padded(32, 2),
    fc.tuple(padded(25, 2), padded(61, 2), padded(61, 2)).map((time) => time.join(':')),
    fc.option(padded(999, 3)),
  )
  .map(([year, month, day, time, ms]) => `${year}-${month}-${day}T${time}${ms === null ? '' : `.${ms}`}Z`);

describe('an ISO-8601 instant in the common form', () => {
  it('is parsed as Luxon parses it, even if its date or time does not exist', () => {
    fc.assert(
      fc.property(commonForm, (text) => isoInstantMs(text) === luxonMs(text)),
      { numRuns: 10_000 },
    );
  });

  it('is parsed as Luxon parses it on every day of leap years and common years', () => {
    const days = Array.from(
      { length: 13 * 32 },
      (_, day) => `${twoDigits(Math.floor(day / 32))}-${twoDigits(day % 32)}`,
    );
    for (const year of ['1970', '1972', '1999', '2000', '2023', '2024', '2100']) {
      const texts = days.map((day) => `${year}-${day}T23:59:59.999Z`);
      expect(texts.filter((text) => isoInstantMs(text) !== luxonMs(text))).toEqual([]);
    }
  });

  it('is parsed as Luxon parses it when any character is changed', () => {
    const change = fc.constantFrom(...Array.from('0123456789-:.,TtZzWw+ /x٣'));
    fc.assert(
      fc.property(commonForm, fc.nat(), change, (text, at, character) => {
        const index = at % text.length;
        const changed = text.slice(0, index) + character + text.slice(index + 1);
        const mayBeRead = /^\d{4}-\d\d-\d\dT/i.test(changed);
        return isoInstantMs(changed) === (mayBeRead ? luxonMs(changed) : undefined);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('an ISO-8601 instant in any form', () => {
  it('survives a round trip through each form', () => {
    const instant = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(instant, offset, (ms, offsetMinutes) => {
        const written = DateTime.fromMillis(ms, { zone: 'utc' }).setZone(FixedOffsetZone.instance(offsetMinutes));
        fc.pre(written.year >= 0 && written.year <= 9999);
        for (const text of [written.toISO(), written.toISO({ format: 'basic' }), written.toISOWeekDate()]) {
          const complete = text?.includes('T') === true ? text : `${text ?? ''}T${written.toISOTime() ?? ''}`;
          expect([complete, isoInstantMs(complete)]).toEqual([complete, ms]);
        }
      }),
    );
  });

  it('loses all digits below the millisecond', () => {
    const second = Date.UTC(2022, 9, 29, 13);
    fc.assert(
      fc.property(fc.nat(999), fc.stringMatching(/^\d{0,60}$/), (millisecond, rest) => {
        const text = `2022-10-29T13:00:00.${String(millisecond).padStart(3, '0')}${rest}Z`;
        expect(isoInstantMs(text)).toBe(second + millisecond);
      }),
    );
  });
});
