import { checkTotals } from './check-totals.ts';
import { ArchiveContentError } from './errors.ts';
import type { HourTotals } from './ports.ts';
import { aFile, HOUR, someTotals } from './testing/an-hour.ts';

function check(totals: HourTotals, files = [aFile()]) {
  return () => checkTotals(HOUR, { isForeign: false, files }, totals);
}

describe('totals that agree with the manifest', () => {
  it('are accepted, and the sum of their bytes is returned', () => {
    expect(check(someTotals())()).toBe(12n);
  });

  it('may come from chunks of one partition with a gap of offsets between them', () => {
    const files = [
      aFile({ rows: 1, eventBytes: 5n, endOffset: 11 }),
      aFile({ rows: 1, eventBytes: 7n, startOffset: 90, endOffset: 99 }),
    ];
    const offsets = [{ partition: 0, firstOffset: 10, lastOffset: 98 }];
    expect(check(someTotals({ offsets }), files)()).toBe(12n);
  });

  it('are empty for no files', () => {
    expect(check({ rows: [], events: 0, offsets: undefined }, [])()).toBe(0n);
  });
});

describe('totals are refused', () => {
  it.each([
    ['has a NUL character', 'a\0b', '"a\\u0000b" of user_total_bytes has a NUL character'],
    ['is longer than a key of Postgres', 'é'.repeat(1301), 'of user_total_bytes is longer than 2600 bytes'],
  ])('when an id %s, before they reach Postgres', (_, id, fact) => {
    const rows = someTotals().rows.map((row) => (row.id === 'bob' ? { ...row, id } : row));
    expect(check(someTotals({ rows }))).toThrow(ArchiveContentError);
    expect(check(someTotals({ rows }))).toThrow(fact);
  });

  it('when the sums of the three types differ', () => {
    const rows = someTotals().rows.filter(({ id }) => id !== 'bob');
    expect(check(someTotals({ rows }))).toThrow('antenna_total_bytes 12, app_total_bytes 12, user_total_bytes 5');
  });

  it('when events are missing', () => {
    expect(check(someTotals({ events: 1 }))).toThrow('the files hold 1 events, the manifest says 2');
  });

  it('when bytes are missing', () => {
    expect(check(someTotals(), [aFile({ eventBytes: 13n })])).toThrow("the events' bytes are 12, the manifest says 13");
  });

  it.each([
    [9, 11],
    [10, 12],
  ])('when the offsets %d to %d are outside the chunks of the manifest', (firstOffset, lastOffset) => {
    const offsets = [{ partition: 0, firstOffset, lastOffset }];
    expect(check(someTotals({ offsets }))).toThrow(`offsets ${firstOffset} to ${lastOffset} of partition 0`);
  });

  it('when a file of our own archive has no offsets', () => {
    expect(check(someTotals({ offsets: undefined }))).toThrow('kafka_offset');
  });

  it('when a total exceeds the range of BIGINT', () => {
    const rows = someTotals().rows.map((row) => ({ ...row, value: 2n ** 63n }));
    expect(check(someTotals({ rows }))).toThrow('9223372036854775808, more than a BIGINT holds');
  });
});

it('the offsets of a foreign archive are not checked', () => {
  const totals = someTotals({ offsets: undefined, events: 99 });
  expect(checkTotals(HOUR, { isForeign: true, files: [] }, totals)).toBe(12n);
});
