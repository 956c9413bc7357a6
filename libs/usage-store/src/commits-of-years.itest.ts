import { aCommit } from './testing/a-commit.ts';
import { TestStore } from './testing/test-store.ts';

const USERS = 5_000;
const QUOTA = 5_000;

/** Ten quota events of each user in the two years before the hour of the commits, all sent. */
const OLD_EVENTS = `
  INSERT INTO public.user_metadata (id, name, email, quota)
    SELECT 'user ' || n, 'a name', n || '@example.org', ${QUOTA} FROM generate_series(0, ${USERS - 1}) AS n;
  INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, sent_at)
    SELECT 'user ' || n, place, '2022-10-28'::timestamp - (place * 1752 + n % 1752) * interval '1 hour', 'exceeded', 6000, ${QUOTA}, now()
    FROM generate_series(0, ${USERS - 1}) AS n, generate_series(1, 10) AS place;
  INSERT INTO pipeline.quota_user (id, events) SELECT 'user ' || n, 10 FROM generate_series(0, ${USERS - 1}) AS n;
  ANALYZE`;

const ROWS_READ = `
  SELECT (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relid = 'pipeline.quota_event'::regclass)
    + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relid = 'pipeline.quota_event'::regclass) AS rows`;

let test: TestStore;

beforeAll(async () => {
  // The statistics of a session are flushed by the session itself.
  test = await TestStore.open(1);
  await test.database.raw(OLD_EVENTS);
});

afterAll(() => test.close());

async function quotaEventsRead(): Promise<number> {
  await test.database.raw('SELECT pg_stat_force_next_flush()');
  const { rows } = await test.database.raw<{ rows: { rows: string }[] }>(ROWS_READ);
  return Number(rows[0]?.rows);
}

describe('in a database of two years, a commit in which all users', () => {
  it.each([
    ['pass their quotas reads no quota event', QUOTA + 1, 0],
    ['are over their quotas since an earlier commit reads at most the two events of each user', 1, 2 * USERS],
  ])('%s', async (_, bytes, most) => {
    const stream = test.worker();
    const [claimed] = await stream.claim(['totals'], [0]);
    const { epoch = 0, nextOffset: from = 0 } = claimed ?? {};
    const events = Array.from({ length: USERS }, (_user, n) => ({ id: `user ${n}`, bytes }));
    const before = await quotaEventsRead();
    await stream.commitTotals(aCommit(events, { epoch, from, to: from + USERS }));
    expect((await quotaEventsRead()) - before).toBeLessThanOrEqual(most);
  });
});
