import { rowsOf, until } from '@antenna/test-kit';
import fc from 'fast-check';
import { aCommit, type EventOfTest, FEDE } from '../testing/a-commit.ts';
import { TestStore } from '../testing/test-store.ts';
import type { PostgresPositionStore } from '../position-store.ts';

/** More users than a commit writes one by one. The names of some are in another order for JavaScript than for Postgres. */
const USERS = [FEDE, 'ñandú', '\u{1F600} face', '￮ high', ...Array.from({ length: 2_500 }, (_, n) => `user ${n}`)];
const QUOTA = 300;

const MINUTE_SECONDS = 60;
/** Event times count from 13:15. */
const minutesAfterQuarterPast = (minutes: number) => minutes * MINUTE_SECONDS;

let opened: TestStore;
let store: PostgresPositionStore;

beforeEach(async () => {
  opened = await TestStore.open(8);
  await opened.database.raw('DELETE FROM user_metadata');
  await opened.database.raw('INSERT INTO user_metadata (id, quota) SELECT unnest(?::text[]), ?', [USERS, QUOTA]);
  store = opened.worker();
  await store.claim(['totals'], [0]);
});

afterEach(() => opened.close());

/** An event of each user whose number is divisible by `every`. */
function eventsOf(every: number, { minutes, bytes }: { minutes: number; bytes: number }): EventOfTest[] {
  const ids = USERS.filter((_, n) => n % every === 0);
  return ids.map((id, n) => ({ id, bytes: bytes + n, second: minutesAfterQuarterPast(minutes), app: `app ${n % 3}` }));
}

/** Commits one record with these events. */
async function commit(from: number, events: readonly EventOfTest[]): Promise<void> {
  await store.commitTotals(aCommit(events, { from, to: from + 1 }));
}

/** The bytes of each user in each unit of time, which starts at 13:00 and has so many seconds. */
function sumsOf(events: readonly EventOfTest[], unitSeconds: number): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { id = '', bytes, second = 0 } of events) {
    const unit = Math.floor((minutesAfterQuarterPast(15) + second) / unitSeconds);
    const key = `${unit} ${id}`;
    sums.set(key, (sums.get(key) ?? 0) + bytes);
  }
  return sums;
}

async function storedSums(statement: string): Promise<ReadonlyMap<string, number>> {
  const rows = await rowsOf<{ unit: number; id: string; bytes: number }>(opened.url, statement);
  return new Map(rows.map(({ unit, id, bytes }) => [`${unit} ${id}`, bytes]));
}

const secondsSinceOne = (column: string) => `extract(epoch FROM ${column} - timestamp '2022-10-29 13:00')`;
const WINDOWS = `
  SELECT (${secondsSinceOne('timestamp')} / 300)::integer AS unit, id, value::float8 AS bytes
  FROM bytes WHERE type = 'user_total_bytes'`;
const HOURS = `
  SELECT (${secondsSinceOne('hour')} / 3600)::integer AS unit, id, usage::float8 AS bytes
  FROM pipeline.user_hour_usage`;

/**
 * How many rows of users the newest commit has written in a subtransaction, whose number is greater than that of the
 * transaction, which has moved the position: those that it has joined with the rows of the table, or inserted plainly.
 */
const WRITTEN_TOGETHER = `
  SELECT count(*)::integer AS rows
  FROM (
    SELECT xmin FROM bytes WHERE type = 'user_total_bytes' UNION ALL SELECT xmin FROM pipeline.user_hour_usage
  ) AS r, (SELECT max(p.xmin::text::bigint) AS id FROM pipeline.position AS p WHERE p.sink = 'totals') AS newest
  WHERE r.xmin::text::bigint > newest.id`;

const aCommitWaits = () =>
  until(async () => (await opened.waitingTransactions()) === 1, { what: 'a commit that waits' });

describe('a commit of many rows', () => {
  it.each([
    ['whole', undefined],
    ['in parts', { sizes: { rowsOfCall: 0, rowsOfPart: 2_500 } }],
  ])(
    '%s adds each event once, in windows and hours with some of its rows, with all, and with none',
    async (_, options) => {
      store = opened.worker({}, options);
      const commits = [
        [...eventsOf(2, { minutes: 0, bytes: 10 }), ...eventsOf(500, { minutes: 5, bytes: 1 })],
        [...eventsOf(1, { minutes: 0, bytes: 20 }), ...eventsOf(1, { minutes: 5, bytes: 30 })],
        [...eventsOf(1, { minutes: 5, bytes: 40 }), ...eventsOf(3, { minutes: 10, bytes: 1 })],
        [
          ...eventsOf(900, { minutes: 0, bytes: 7 }),
          ...eventsOf(1, { minutes: 10, bytes: 1 }),
          ...eventsOf(1, { minutes: 45, bytes: 2 }),
        ],
        [
          ...eventsOf(1, { minutes: 40, bytes: 3 }),
          ...eventsOf(1, { minutes: 45, bytes: 4 }),
          ...eventsOf(1, { minutes: 50, bytes: 5 }),
        ],
      ];
      for (const [from, events] of commits.entries()) await commit(from, events);
      const all = commits.flat();
      expect(await storedSums(WINDOWS)).toEqual(sumsOf(all, 300));
      expect(await storedSums(HOURS)).toEqual(sumsOf(all, 3_600));
      const exceeded = "SELECT count(*)::integer AS events FROM pipeline.quota_event WHERE state = 'exceeded'";
      const overQuota = [...sumsOf(all, 3_600).values()].filter((bytes) => bytes > QUOTA).length;
      expect(await rowsOf(opened.url, exceeded)).toEqual([{ events: overQuota }]);
    },
  );

  it('writes the rows of a window and of an hour together, not one by one', async () => {
    await commit(0, eventsOf(2, { minutes: 0, bytes: 1 }));
    await commit(1, eventsOf(1, { minutes: 0, bytes: 1 }));
    expect(await rowsOf(opened.url, WRITTEN_TOGETHER)).toEqual([{ rows: 2 * USERS.length }]);
  });

  it('adds to rows that another transaction has inserted while the commit waited for it', async () => {
    const before = eventsOf(2, { minutes: 0, bytes: 1 });
    await commit(0, before);
    const other = await opened.database.transaction();
    await other.raw(
      "INSERT INTO bytes (timestamp, type, id, value) VALUES ('2022-10-29 13:15', 'user_total_bytes', 'user 7', 1000)",
    );
    await other.raw(
      "INSERT INTO pipeline.user_hour_usage VALUES ('2022-10-29 13:00', 'user 7', 1000, '2022-10-29 13:15')",
    );
    const events = eventsOf(1, { minutes: 0, bytes: 1 });
    const committed = commit(1, events);
    await aCommitWaits();
    await other.commit();
    await committed;
    const all = [...before, { id: 'user 7', bytes: 1_000, second: 0 }, ...events];
    expect(await storedSums(WINDOWS)).toEqual(sumsOf(all, 300));
    expect(await storedSums(HOURS)).toEqual(sumsOf(all, 3_600));
  });

  it('adds to a row that another transaction has updated twice while the commit waited for it', async () => {
    const events = eventsOf(1, { minutes: 0, bytes: 1 });
    await commit(0, events);
    const other = await opened.database.transaction();
    for (const bytes of [100, 1_000])
      await other.raw("UPDATE bytes SET value = value + ? WHERE type = 'user_total_bytes' AND id = 'user 7'", [bytes]);
    const committed = commit(1, events);
    await aCommitWaits();
    await other.commit();
    await committed;
    const all = [...events, ...events, { id: 'user 7', bytes: 1_100 }];
    expect(await storedSums(WINDOWS)).toEqual(sumsOf(all, 300));
  });

  it('does not keep a row from another commit that it waits for itself', async () => {
    const before = eventsOf(2, { minutes: 0, bytes: 1 });
    await commit(0, before);
    // Like every commit, the other one goes through the rows in the order of their keys.
    const other = await opened.database.transaction();
    await other.raw(
      "INSERT INTO bytes (timestamp, type, id, value) VALUES ('2022-10-29 13:15', 'user_total_bytes', 'user 1', 5)",
    );
    const events = eventsOf(1, { minutes: 0, bytes: 1 });
    const committed = commit(1, events);
    await aCommitWaits();
    await other.raw("UPDATE bytes SET value = value + 5 WHERE type = 'user_total_bytes' AND id = 'user 6'");
    await other.commit();
    await committed;
    const all = [...before, ...events, { id: 'user 1', bytes: 5 }, { id: 'user 6', bytes: 5 }];
    expect(await storedSums(WINDOWS)).toEqual(sumsOf(all, 300));
  });

  it('adds to an hour that another transaction has begun while the commit waited for it', async () => {
    const other = await opened.database.transaction();
    await other.raw(
      "INSERT INTO pipeline.user_hour_usage VALUES ('2022-10-29 13:00', 'user 7', 1000, '2022-10-29 13:15')",
    );
    const events = eventsOf(1, { minutes: 0, bytes: 1 }).map((event) => ({ ...event, bytes: 1 }));
    const committed = commit(0, events);
    await aCommitWaits();
    await other.commit();
    await committed;
    expect(await storedSums(WINDOWS)).toEqual(sumsOf(events, 300));
    expect(await storedSums(HOURS)).toEqual(sumsOf([...events, { id: 'user 7', bytes: 1_000 }], 3_600));
    const exceeded = "SELECT id, usage::integer FROM pipeline.quota_event WHERE state = 'exceeded'";
    expect(await rowsOf(opened.url, exceeded)).toEqual([{ id: 'user 7', usage: 1_001 }]);
  });

  it('writes its rows one by one in a window and an hour that have many more, although there are few between its first users', async () => {
    const many = "SELECT 'user ' || n FROM generate_series(0, 39999) AS n";
    await commit(0, eventsOf(1_000, { minutes: 0, bytes: 1 }));
    await opened.database
      .raw(`INSERT INTO bytes SELECT '2022-10-29 13:15', id, 1, 'user_total_bytes' FROM (${many}) AS u (id)
      ON CONFLICT DO NOTHING`);
    await opened.database.raw(`INSERT INTO pipeline.user_hour_usage SELECT '2022-10-29 13:00', id, 1, '2022-10-29 13:15'
      FROM (${many}) AS u (id) ON CONFLICT DO NOTHING`);
    const firstUsers = Array.from({ length: 1_000 }, (_, n) => ({ id: `a new user ${n}`, bytes: 1 }));
    await commit(1, [...firstUsers, ...eventsOf(2, { minutes: 0, bytes: 1 })]);
    expect(await rowsOf(opened.url, WRITTEN_TOGETHER)).toEqual([{ rows: 0 }]);
  });
});

describe('the rows of a commit are divided into slices', () => {
  const LEAST_ROWS = 2_000;
  const MOST_ROWS = 65_536;
  const TYPES = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'];
  /** How many rows of each type a window has. */
  const windows = fc.array(fc.tuple(...TYPES.map(() => fc.constantFrom(0, 1, 50, 1_999, 2_000, 4_000))), {
    maxLength: 20,
  });
  const longWindow = fc.constantFrom([], [[3, 7, 70_000]], [[200_000, 0, 1]]);

  it.each([
    ['window and type', true],
    ['hour', false],
  ])(
    'so that each run of one %s is one, or several of the greatest size, and the rows between two runs are one',
    async (_, hasTypes) => {
      await fc.assert(
        fc.asyncProperty(windows, longWindow, async (some, long) => {
          const groups = [...some, ...long].flatMap((rows, window) =>
            rows.map((count, type) => ({ window, type, count })),
          );
          const sizes = hasTypes
            ? groups.map(({ count }) => count)
            : [...some, ...long].map((rows) => rows.reduce<number>((sum, count) => sum + count, 0));
          const [divided] = await rowsOf<{ ends: number[] }>(
            opened.url,
            `SELECT pipeline.ends_of_slices(true, array_agg(g.window_ms ORDER BY g.n), ${hasTypes ? 'array_agg(g.type ORDER BY g.n)' : 'NULL'}) AS ends
          FROM (
            SELECT row_number() OVER () AS n, u.window_ms, u.type
            FROM unnest($1::bigint[], $2::text[], $3::integer[]) AS u (window_ms, type, rows), generate_series(1, u.rows)
          ) AS g`,
            [
              groups.map(({ window }) => (window - 5) * 300_000),
              groups.map(({ type }) => TYPES[type]),
              groups.map(({ count }) => count),
            ],
          );
          expect(divided?.ends).toEqual(endsOf(sizes));
        }),
        { numRuns: 40 },
      );
    },
  );

  /** @param sizes how many rows each window and type, or each hour, has. */
  function endsOf(sizes: readonly number[]): readonly number[] {
    const total = sizes.reduce((sum, count) => sum + count, 0);
    const least = Math.max(LEAST_ROWS, Math.floor(total / 16));
    const ends = new Set([total]);
    let last = 0;
    for (const count of sizes) {
      if (count >= least) {
        ends.add(last);
        for (let end = last + MOST_ROWS; end < last + count; end += MOST_ROWS) ends.add(end);
        ends.add(last + count);
      }
      last += count;
    }
    return [...ends].filter((end) => end > 0).sort((a, b) => a - b);
  }
});
