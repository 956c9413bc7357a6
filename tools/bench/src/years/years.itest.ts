import { testDatabase, type TestDatabase } from '@antenna/test-kit';
import { measureRemoval } from './removal-beside-commits.ts';
import { measureYears } from './years.ts';

describe('the benchmark of years', () => {
  let young: TestDatabase;
  let old: TestDatabase;
  beforeEach(async () => {
    [young, old] = await Promise.all([testDatabase(), testDatabase()]);
  });
  afterEach(() => Promise.all([young.close(), old.close()]));

  it('measures every chart and statement on two small databases, and removes the months beyond the kept days', async () => {
    const options = { users: 3, days: 70, youngDays: 2, rounds: 1 };
    const measured = await measureYears({ youngUrl: young.url, oldUrl: old.url }, options, () => undefined);
    expect(measured.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['commit of the totals', 'commit of an hour', '«Bytes id móvil» of a day']),
    );
    const chart = measured.find(({ what }) => what === '«Bytes id móvil» of a day');
    expect(chart?.oldRows).toBeGreaterThan(12 * options.users);
    const { before, removals } = await measureRemoval(old.url, options.users, 31);
    expect(before.length).toBeGreaterThan(0);
    expect(removals.map(({ outcome }) => outcome)).toContain('removed');
  });
});
