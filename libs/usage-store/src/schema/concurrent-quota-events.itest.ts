import { type QuotaReport, reportOfBatch, reportsOfStream } from '@antenna/quota';
import { until } from '@antenna/test-kit';
import fc from 'fast-check';
import pg from 'pg';
import { PostgresHourStore } from '../hour-store.ts';
import { CountingWorker, type TimedEvent } from '../testing/a-counting-worker.ts';
import { anHourResult, HOUR, totalsOf } from '../testing/an-archived-hour.ts';
import { TestStore } from '../testing/test-store.ts';

const HOUR_MS = 3_600_000;
const HOURS = [HOUR, HOUR + HOUR_MS, HOUR + 2 * HOUR_MS];
const WORKERS = 4;
const COMMITS = 40;

/** Quotas that a commit, some commits, and many commits exceed, and one that none reaches. */
const QUOTAS = [2, 9, 25, 60, 10_000];
const USERS = Array.from({ length: 40 }, (_, n) => ({
  id: `user ${n}`,
  quota: BigInt(QUOTAS[n % QUOTAS.length] ?? 0),
}));

/** The users and bytes of a commit, all of one hour: commits of two hours have no row in common but those of quota events. */
const commit = fc.record({
  atMs: fc.constantFrom(...HOURS),
  events: fc.array(
    fc.record({ id: fc.constantFrom(...USERS.map(({ id }) => id)), bytes: fc.integer({ min: 0, max: 5 }) }),
    {
      minLength: 10,
      maxLength: 60,
    },
  ),
});
const commits = fc.array(commit, { minLength: COMMITS, maxLength: COMMITS });
const histories = fc
  .array(commits, { minLength: WORKERS, maxLength: WORKERS })
  .map((of) => of.map((each) => each.map(({ atMs, events }) => events.map((event) => ({ ...event, atMs })))));

/** A final result of an hour, with a usage of each user. */
const result = fc.record({
  hourMs: fc.constantFrom(...HOURS),
  usages: fc.array(fc.bigInt(0n, 80n), { minLength: USERS.length, maxLength: USERS.length }),
});
const results = fc.array(result, { minLength: 20, maxLength: 20 });

const quotaChange = fc.record({ user: fc.constantFrom(...USERS), quota: fc.constantFrom(...QUOTAS) });
const quotaChanges = fc.array(quotaChange, { minLength: 200, maxLength: 200 });

/**
 * Writes down each usage of a user's hour. The row is locked up to the end of the commit, so the numbers of one row ascend
 * in the order of the commits.
 */
const LOG_USAGES = `
  CREATE TABLE logged_usage (number bigint GENERATED ALWAYS AS IDENTITY, hour timestamp, id text, usage bigint);
  CREATE FUNCTION log_usage() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO public.logged_usage (hour, id, usage) VALUES (NEW.hour, NEW.id, NEW.usage);
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER log_usage AFTER INSERT OR UPDATE ON pipeline.user_hour_usage FOR EACH ROW EXECUTE FUNCTION log_usage()`;

let test: TestStore;

beforeEach(async () => {
  test = await TestStore.open(WORKERS + 4);
  await test.database.raw(LOG_USAGES);
  const rows = USERS.map(({ id, quota }) => ({ id, name: id, email: id, quota: String(quota) }));
  await test.database('user_metadata').insert(rows);
});

afterEach(() => test.close());

/** Each worker commits the events of its own partition. */
async function countAll(history: readonly (readonly (readonly TimedEvent[])[])[]): Promise<void> {
  const workers = await Promise.all(history.map((_, partition) => CountingWorker.start(test, partition)));
  const work = workers.map(async (worker, partition) => {
    for (const events of history[partition] ?? []) await worker.count(events);
  });
  await Promise.all(work);
}

/** Counts all, and meanwhile ends connections in the middle of a commit. @returns how many. */
async function countAllDespiteKills(history: readonly (readonly (readonly TimedEvent[])[])[]): Promise<number> {
  const killer = new pg.Client(test.url);
  await killer.connect();
  const state = { isOver: false, kills: 0 };
  const counting = countAll(history).finally(() => {
    state.isOver = true;
  });
  while (!state.isOver) state.kills += (await killer.query(KILL_SOME)).rows.length;
  await killer.end();
  await counting;
  return state.kills;
}

const KILL_SOME = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND state = 'active' AND query LIKE '%commit_totals%' AND pid <> pg_backend_pid()
    AND random() < 0.02`;

async function rowsOf<Row>(statement: string): Promise<readonly Row[]> {
  const { rows } = await test.database.raw<{ rows: Row[] }>(statement);
  return rows;
}

interface StoredEvent extends QuotaReport {
  readonly id: string;
  readonly hour: string;
  readonly usage: bigint;
}

/** The events of each hour of each user, in order. */
async function eventsOfHours(): Promise<ReadonlyMap<string, readonly StoredEvent[]>> {
  const rows = await rowsOf<StoredEvent & { usage: string; quota: string }>(
    'SELECT id, hour, state, usage, quota FROM pipeline.quota_event ORDER BY number',
  );
  const events = rows.map((row) => ({ ...row, usage: BigInt(row.usage), quota: BigInt(row.quota) }));
  return Map.groupBy(events, ({ hour, id }) => `${hour} ${id}`);
}

async function loggedUsages(): Promise<ReadonlyMap<string, readonly bigint[]>> {
  const rows = await rowsOf<{ id: string; hour: string; usage: string }>('SELECT * FROM logged_usage ORDER BY number');
  const usages = Map.groupBy(rows, ({ hour, id }) => `${hour} ${id}`);
  return new Map([...usages].map(([key, of]) => [key, of.map(({ usage }) => BigInt(usage))]));
}

/** The users whose events are not numbered 1, 2, 3 … in the order of their recording, or whose number of events is wrong. */
const MISNUMBERED = `
  SELECT id FROM (
    SELECT id, sequence, row_number() OVER (PARTITION BY id ORDER BY number) AS place FROM pipeline.quota_event
  ) AS e
  WHERE sequence <> place
  UNION ALL
  SELECT id FROM pipeline.quota_user AS u
  WHERE u.events <> (SELECT count(*) FROM pipeline.quota_event AS e WHERE e.id = u.id)`;

const DEADLOCKS = 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()';

async function expectGoodNumbersAndNoDeadlock(): Promise<void> {
  expect(await rowsOf(MISNUMBERED)).toEqual([]);
  expect(await rowsOf(DEADLOCKS)).toEqual([{ deadlocks: '0' }]);
}

const quotaOf = new Map(USERS.map(({ id, quota }) => [id, quota]));

/** What one commit after the other would have recorded of a user's hour. */
function ruledEvents(key: string, usages: readonly bigint[]): readonly StoredEvent[] {
  const [hour, id] = [key.slice(0, 19), key.slice(20)];
  return usages.reduce<readonly StoredEvent[]>((events, usage) => {
    const added = reportsOfStream(events, usage, quotaOf.get(id) ?? 0n);
    return [...events, ...added.map((report) => ({ ...report, id, hour, usage }))];
  }, []);
}

describe('workers that count events of the same users at once, and lose their connections', () => {
  it('record what the same commits would have recorded one after the other', async () => {
    const [history = []] = fc.sample(histories, { numRuns: 1, seed: 19 });
    const kills = await countAllDespiteKills(history);
    expect(kills).toBeGreaterThan(0);
    const usages = await loggedUsages();
    const stored = await eventsOfHours();
    const ruled = [...usages].map(([key, of]) => [key, ruledEvents(key, of)] as const);
    expect(stored).toEqual(new Map(ruled.filter(([, events]) => events.length > 0)));
    await expectGoodNumbersAndNoDeadlock();
  }, 120_000);
});

async function computeAll(runs: readonly { hourMs: number; usages: readonly bigint[] }[]): Promise<void> {
  const store = new PostgresHourStore(test.database, { archiveUrl: 'file:///archive', previewedUsers: 0 });
  for (const { hourMs, usages } of runs) {
    const rows = totalsOf(Object.fromEntries(usages.map((usage, n) => [`user ${n}`, usage])));
    await store.commit(anHourResult(rows, { hourMs, revision: 0, wasFinal: true, startedAtMs: hourMs + HOUR_MS }));
  }
}

async function changeQuotas(changes: readonly { user: { id: string }; quota: number }[]): Promise<void> {
  for (const { user, quota } of changes) await test.database('user_metadata').where({ id: user.id }).update({ quota });
}

/** Whether the rule allows this event after these events of the same hour of the user. */
function isRuled(earlier: readonly StoredEvent[], { state, usage, quota }: StoredEvent): boolean {
  const isOfStream = state === 'warned' || state === 'exceeded';
  if (isOfStream) return reportsOfStream(earlier, usage, quota).some((report) => report.state === state);
  return reportOfBatch(earlier, usage, quota)?.state === state;
}

describe('workers and runs of the batch layer that work on the same hours at once, while quotas change', () => {
  it('record only what the rule allows after the earlier events of a user', async () => {
    const [history = []] = fc.sample(histories, { numRuns: 1, seed: 20 });
    const [first = [], second = []] = fc.sample(results, { numRuns: 2, seed: 21 });
    const [changes = []] = fc.sample(quotaChanges, { numRuns: 1, seed: 22 });
    await Promise.all([countAll(history), computeAll(first), computeAll(second), changeQuotas(changes)]);
    const stored = await eventsOfHours();
    const unruled = [...stored.values()].flatMap((events) =>
      events.filter((each, place) => !isRuled(events.slice(0, place), each)),
    );
    expect(unruled).toEqual([]);
    expect(new Set([...stored.values()].flat().map(({ state }) => state)).size).toBe(5);
    await expectGoodNumbersAndNoDeadlock();
  }, 120_000);
});

/** Who records, the call that records the missing events of a user, and their states. */
const RECORDING = [
  [
    'the stream',
    `SELECT pipeline.record_quotas(ARRAY['2022-10-29 13:00'::timestamp], ARRAY['user 0'], ARRAY[3], ARRAY[2], ARRAY[NULL::timestamp])`,
    ['warned', 'exceeded'],
  ],
  [
    'the batch layer',
    `SELECT pipeline.judge_quota_hour('2022-10-29 13:00', 1, NULL, ARRAY['user 0'], ARRAY[3], ARRAY[2])`,
    ['exceeded_late'],
  ],
] as const satisfies readonly (readonly [string, string, readonly string[]])[];

describe('a transaction that waits for another one, which records the same events of a user', () => {
  it.each(RECORDING)('records and counts nothing for %s', async (_, record, states) => {
    const waiting = await test.database.transaction(async (first) => {
      await first.raw(record);
      const second = test.database.raw(record).then(() => 'done');
      await until(async () => (await test.waitingTransactions()) > 0, { what: 'transaction that waits' });
      return { second };
    });
    await waiting.second;
    const stored = await eventsOfHours();
    expect([...stored.values()].map((events) => events.map(({ state }) => state))).toEqual([states]);
    await expectGoodNumbersAndNoDeadlock();
  });
});

/** Makes the erasure of records wait after its deletion from quota_user, for a lock that the test holds. */
const PAUSE_ERASURE = `
  CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
  CREATE TRIGGER pause AFTER DELETE ON pipeline.quota_user FOR EACH STATEMENT EXECUTE FUNCTION pause()`;

const ERASE = `SELECT pipeline.erase_records(version, 'user 0') FROM pipeline.schema_version`;
const [[, FIRST_EVENTS]] = RECORDING;
const WITHDRAW = `SELECT pipeline.judge_quota_hour('2022-10-29 13:00', 1, ARRAY['user 0'], '{}', '{}', '{}')`;

/** Records the missing events of a user with this usage and a quota of 10. */
function recordUsage(usage: number): string {
  return `SELECT pipeline.record_quotas(ARRAY['2022-10-29 13:00'::timestamp], ARRAY['user 0'], ARRAY[${usage}], ARRAY[10], ARRAY[NULL::timestamp])`;
}

/** Moves the first event behind the second one, in a table that is large enough for a look-up by index. */
const REVERSED_ROWS = `
  INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, sent_at)
    SELECT 'another user', n, '2012-01-01'::timestamp + n * interval '1 hour', 'warned', 8, 10, now()
    FROM generate_series(1, 20000) AS n;
  UPDATE pipeline.quota_event SET seen_at = seen_at WHERE id = 'user 0' AND sequence = 1;
  ANALYZE pipeline.quota_event`;
const NOTE_SENT = `
  SELECT pipeline.note_quota_events_sent(version, ARRAY(SELECT number FROM pipeline.quota_event WHERE id = 'user 0'))
  FROM pipeline.schema_version`;

describe('the erasure of a user', () => {
  it('leaves no count of first quota events that another transaction records meanwhile', async () => {
    await test.database.raw(PAUSE_ERASURE);
    const { erasing, recording } = await test.database.transaction(async (holder) => {
      await holder.raw('SELECT pg_advisory_xact_lock(1)');
      const erasing = test.database.raw(ERASE).then(() => 'done');
      await until(async () => (await test.waitingTransactions()) === 1, { what: 'erasure that waits' });
      const state = { isOver: false };
      const recording = test.database.raw(FIRST_EVENTS).then(() => {
        state.isOver = true;
      });
      const hasGoneOn = async () => state.isOver || (await test.waitingTransactions()) === 2;
      await until(hasGoneOn, { what: 'recording that is over or waits for the erasure' });
      return { erasing, recording };
    });
    await Promise.all([erasing, recording]);
    await expectGoodNumbersAndNoDeadlock();
  });

  it('leaves no count of a verdict on events that it deletes meanwhile', async () => {
    await test.database.raw(FIRST_EVENTS);
    const { judging } = await test.database.transaction(async (erasure) => {
      await erasure.raw(ERASE);
      const judging = test.database.raw(WITHDRAW).then(() => 'done');
      await until(async () => (await test.waitingTransactions()) > 0, { what: 'verdict that waits' });
      return { judging };
    });
    await judging;
    expect(await rowsOf('SELECT id FROM pipeline.quota_user')).toEqual([]);
  });

  it('lets a waiting commit record also the events that were recorded before and are deleted meanwhile', async () => {
    await test.database.raw(recordUsage(8));
    const { recording } = await test.database.transaction(async (erasure) => {
      await erasure.raw(ERASE);
      const recording = test.database.raw(recordUsage(11)).then(() => 'done');
      await until(async () => (await test.waitingTransactions()) > 0, { what: 'recording that waits' });
      return { recording };
    });
    await recording;
    const stored = await eventsOfHours();
    const states = [...stored.values()].map((events) => events.map(({ state, usage }) => [state, usage]));
    expect(states).toEqual([
      [
        ['warned', 11n],
        ['exceeded', 11n],
      ],
    ]);
    await expectGoodNumbersAndNoDeadlock();
  });

  it('locks the events in the order in which the publisher notes them as sent', async () => {
    await test.database.raw(FIRST_EVENTS);
    await test.database.raw(REVERSED_ROWS);
    const { noting, erasing } = await test.database.transaction(async (holder) => {
      await holder.raw(`SELECT FROM pipeline.quota_event WHERE id = 'user 0' AND sequence = 1 FOR UPDATE`);
      const noting = test.database.raw(NOTE_SENT).then(() => 'done');
      await until(async () => (await test.waitingTransactions()) === 1, { what: 'publisher that waits' });
      const erasing = test.database.raw(ERASE).then(() => 'done');
      await until(async () => (await test.waitingTransactions()) === 2, { what: 'erasure that waits' });
      return { noting, erasing };
    });
    expect(await Promise.all([noting, erasing])).toEqual(['done', 'done']);
    expect(await rowsOf(`SELECT FROM pipeline.quota_event WHERE id = 'user 0'`)).toEqual([]);
  });
});
