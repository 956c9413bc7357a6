import fc from 'fast-check';
import type { HourRow } from '@antenna/hourly-batch';
import { PostgresHourStore } from '../hour-store.ts';
import { anHourResult } from '../testing/an-archived-hour.ts';
import { TestStore } from '../testing/test-store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIRST_DAY = Date.UTC(2022, 9, 30);
const USER = 'user_total_bytes';

const user = (id: string, value: bigint): HourRow => ({ type: USER, id, value });

describe('the days and months', () => {
  let opened: TestStore;
  let store: PostgresHourStore;
  let revision: number;

  beforeEach(async () => {
    revision = 0;
    opened = await TestStore.open(8);
    store = new PostgresHourStore(opened.database, { archiveUrl: undefined, previewedUsers: 1 });
  });
  afterEach(() => opened.close());

  it('are the sums of the hours of each day, with the hours that are computed and final', async () => {
    await commit(FIRST_DAY, [user('ana', 5n), user('eva', 1n)]);
    await commit(FIRST_DAY + 23 * HOUR_MS, [user('ana', 7n)], false);
    await commit(FIRST_DAY + 2 * DAY_MS, [user('ana', 2n)]);
    const october = { hours: 2, final_hours: 1, type: USER };
    const days = 'SELECT day, type, id, value, used_hours, hours, final_hours FROM pipeline.usage_daily ORDER BY 1, 3';
    expect(await rows(days)).toEqual([
      { ...october, day: '2022-10-30 00:00:00', id: 'ana', value: '12', used_hours: 2 },
      { ...october, day: '2022-10-30 00:00:00', id: 'eva', value: '1', used_hours: 1 },
      { day: '2022-11-01 00:00:00', type: USER, id: 'ana', value: '2', used_hours: 1, hours: 1, final_hours: 1 },
    ]);
    const months = `SELECT month, value, used_hours, days, hours, final_hours FROM pipeline.usage_monthly
      WHERE id = 'ana' ORDER BY 1`;
    expect(await rows(months)).toEqual([
      { month: '2022-10-01 00:00:00', value: '12', used_hours: 2, days: 1, hours: 2, final_hours: 1 },
      { month: '2022-11-01 00:00:00', value: '2', used_hours: 1, days: 1, hours: 1, final_hours: 1 },
    ]);
  });

  it('are read from the stored sums of finished days, and corrected there in the commit of an hour', async () => {
    await commit(FIRST_DAY, [user('ana', 5n), user('eva', 1n)]);
    await commit(FIRST_DAY + HOUR_MS, [user('ana', 5n)]);
    expect(await store.sumDays()).toBe(1);
    expect(await store.sumDays()).toBe(0);
    await commit(FIRST_DAY, [user('ana', 9n), user('bea', 2n)]);
    const stored = 'SELECT id, value, hours FROM pipeline.day_sum ORDER BY 1';
    expect(await rows(stored)).toEqual([
      { id: 'ana', value: '14', hours: 2 },
      { id: 'bea', value: '2', hours: 1 },
    ]);
    expect(await daysOfViews()).toEqual(await daysOfHours());
  });

  it('of the last two days are added up from the hours until all 24 hours of the day are computed', async () => {
    const yesterday = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
    for (let hour = 0; hour < 23; hour += 1) await commit(yesterday + hour * HOUR_MS, [user('ana', 1n)]);
    expect(await store.sumDays()).toBe(0);
    await commit(yesterday + 23 * HOUR_MS, [user('ana', 1n)]);
    expect(await store.sumDays()).toBe(1);
    expect(await daysOfViews()).toEqual(await daysOfHours());
  });

  it('equal the sums of bytes_hourly after any history of runs, corrections, deletions and sums', async () => {
    const rowsOfHour = fc
      .dictionary(fc.constantFrom('ana', 'bea', 'eva'), fc.bigInt(0n, 2n ** 62n), { noNullPrototype: true })
      .map((values) => Object.entries(values).map(([id, value]) => user(id, value)));
    const run = fc.record({ day: fc.nat(2), hour: fc.nat(2), rows: rowsOfHour });
    const history = fc.array(fc.oneof({ weight: 3, arbitrary: run }, { weight: 1, arbitrary: fc.constant('sum') }), {
      maxLength: 12,
    });
    let firstDay = FIRST_DAY;
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        firstDay += 5 * DAY_MS;
        for (const step of steps) {
          if (step === 'sum') await store.sumDays();
          else await commit(firstDay + step.day * DAY_MS + step.hour * HOUR_MS, step.rows);
          expect(await daysOfViews()).toEqual(await daysOfHours());
        }
      }),
      { numRuns: 25 },
    );
  });

  it('stay exact, without a deadlock, while all hours of a day are computed again and summed at once', async () => {
    const hours = Array.from({ length: 24 }, (_, hour) => FIRST_DAY + hour * HOUR_MS);
    const result = (round: number, hour: number) =>
      Array.from({ length: 40 }, (_, index) => user(`u${(index * 7 + hour + round) % 60}`, BigInt(index + round)));
    for (const round of [1, 2, 3]) {
      const commits = hours.map((hourMs, hour) => commit(hourMs, result(round, hour), true, round));
      await Promise.all([...commits, store.sumDays(), store.sumDays()]);
      expect(await daysOfViews()).toEqual(await daysOfHours());
    }
    await store.sumDays();
    expect(await daysOfViews()).toEqual(await daysOfHours());
  });

  async function commit(
    hourMs: number,
    hourRows: readonly HourRow[],
    wasFinal = true,
    ofRevision = (revision += 1),
  ): Promise<void> {
    await store.commit(anHourResult(hourRows, { hourMs, revision: ofRevision, wasFinal }));
  }

  function daysOfViews(): Promise<unknown[]> {
    return rows('SELECT day, type, id, value, used_hours FROM pipeline.usage_daily ORDER BY 1, 2, 3');
  }

  function daysOfHours(): Promise<unknown[]> {
    return rows(
      `SELECT date_trunc('day', "timestamp") AS day, type, id, sum(value) AS value, count(*)::integer AS used_hours
       FROM public.bytes_hourly GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    );
  }

  async function rows(statement: string): Promise<unknown[]> {
    return (await opened.database.raw<{ rows: unknown[] }>(statement)).rows;
  }
});
