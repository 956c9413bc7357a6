import { CommitTooLongError } from '@antenna/ingestion';
import { rowsOf, until } from '@antenna/test-kit';
import { openDatabase } from '../database.ts';
import { SCHEMA_VERSION } from '../schema-version.ts';
import { aCommit, type EventOfTest, FEDE, NOON } from '../testing/a-commit.ts';
import { STREAM, TestStore } from '../testing/test-store.ts';
import { PostgresPositionStore } from '../position-store.ts';

/** Every commit is sent in parts, of a few rows each. */
const IN_PARTS = { sizes: { rowsOfCall: 0, rowsOfPart: 16 } };

const WINDOW_SECONDS = 300;
const HOUR_SECONDS = 3_600;

/** All that a commit changes, without the times and numbers of the commit itself. */
const STORED = [
  'SELECT timestamp, type, id, value FROM bytes ORDER BY timestamp, type, id',
  'SELECT hour, id, usage, latest_event_time FROM pipeline.user_hour_usage ORDER BY hour, id',
  'SELECT id, hour, state, usage, quota, event_time, sequence FROM pipeline.quota_event ORDER BY id, sequence',
  'SELECT id, events FROM pipeline.quota_user ORDER BY id',
  'SELECT hour, partition, events, event_bytes FROM pipeline.counted_hour ORDER BY hour, partition',
  'SELECT hour, partition, events, event_bytes FROM pipeline.ledger_hour ORDER BY hour, partition',
  'SELECT sink, partition, next_offset, fingerprint FROM pipeline.position ORDER BY sink, partition',
  'SELECT partition, "offset", reason FROM pipeline.dead_letter ORDER BY partition, "offset"',
];

const EIGHT_USERS = Array.from({ length: 8 }, (_, n) => ({ id: `user ${n}`, bytes: 10 }));

let opened: TestStore;

beforeEach(async () => {
  opened = await TestStore.open(8);
  await opened.database.raw(
    "INSERT INTO user_metadata (id, quota) SELECT 'user ' || n, 40 FROM generate_series(0, 99) AS n",
  );
});

afterEach(() => opened.close());

const storedAt = (url: string) => Promise.all(STORED.map((statement) => rowsOf(url, statement)));
const waiting = (transactions: number) =>
  until(async () => (await opened.waitingTransactions()) === transactions, { what: 'transactions that wait' });
const aCommitWaits = () => waiting(1);
async function erasure(user: string): Promise<void> {
  await opened.database.raw('SELECT pipeline.erase_records(?, ?)', [SCHEMA_VERSION, user]);
}

async function bytesOf(user: string): Promise<string | undefined> {
  const query = "SELECT value FROM bytes WHERE type = 'user_total_bytes' AND id = $1";
  return (await rowsOf<{ value: string }>(opened.url, query, [user]))[0]?.value;
}

const stagedParts = () => rowsOf(opened.url, 'SELECT FROM pipeline.staged_totals');

/** Users, windows and hours come again and again, in another mixture in each commit. */
function eventsOf(commit: number): EventOfTest[] {
  const ids = [FEDE, 'ñandú', '\u{1F600} face', '￮ high', ...Array.from({ length: 60 }, (_, n) => `user ${n}`)];
  return ids.flatMap((id, n) =>
    (n * 7 + commit * 3) % 4 === 0
      ? []
      : [
          { id, bytes: n + commit, second: ((n + commit) % 5) * WINDOW_SECONDS + n },
          { id, bytes: 1, second: ((commit % 3) + (n % 2)) * HOUR_SECONDS + n, app: `app ${n % 3}` },
        ],
  );
}

describe('a commit in parts', () => {
  it('leaves in every table what the same commits leave that are sent whole', async () => {
    const whole = await TestStore.open();
    try {
      await whole.database.raw(
        "INSERT INTO user_metadata (id, quota) SELECT 'user ' || n, 40 FROM generate_series(0, 99) AS n",
      );
      for (const [store, options] of [
        [opened, IN_PARTS],
        [whole, undefined],
      ] as const) {
        const worker = store.worker({}, options);
        await worker.claim(['totals'], [0]);
        for (let from = 0; from < 12; from += 1) {
          const move = { from, to: from + 1, fingerprint: { offset: from, hash: `hash ${from}` } };
          const dead = { partition: 0, offset: from, timestampMs: 0, reason: 'not_json', detail: '' } as const;
          await worker.commitTotals({
            ...aCommit(eventsOf(from), move),
            hourCounts: [
              { partition: 0, hourMs: from * HOUR_SECONDS * 1_000, events: 1, eventBytes: 1n, lastOffset: from },
            ],
            deadLetters: [{ ...dead, key: null, payload: null, payloadBytes: undefined }],
          });
        }
      }
      expect(await storedAt(opened.url)).toEqual(await storedAt(whole.url));
      const [{ reported } = { reported: '0' }] = await rowsOf<{ reported: string }>(
        whole.url,
        'SELECT count(*) AS reported FROM pipeline.quota_event',
      );
      expect(Number(reported)).toBeGreaterThan(50);
      expect(await stagedParts()).toEqual([]);
    } finally {
      await whole.close();
    }
  });

  it('counts each event once when many workers commit to the same windows at once, in parts and whole', async () => {
    const partitions = [0, 1, 2, 3, 4, 5];
    const [commits, users] = [6, 40];
    await opened.worker().claim(['totals'], partitions);
    await Promise.all(
      partitions.map(async (partition) => {
        const worker = opened.worker(
          {},
          partition % 3 === 2 ? {} : { sizes: { rowsOfCall: 0, rowsOfPart: 5 + partition } },
        );
        for (let from = 0; from < commits; from += 1) {
          const events = Array.from({ length: users }, (_, n) => ({
            id: `user ${n}`,
            second: (n % 3 === 0 ? Math.max(0, from - 1) : from) * WINDOW_SECONDS + partition,
            bytes: 1,
          }));
          await worker.commitTotals(aCommit(events, { partition, from, to: from + 1 }));
        }
      }),
    );
    const total = { bytes: String(partitions.length * commits * users) };
    expect(await rowsOf(opened.url, 'SELECT type, sum(value) AS bytes FROM bytes GROUP BY type ORDER BY type')).toEqual(
      [
        { type: 'antenna_total_bytes', ...total },
        { type: 'app_total_bytes', ...total },
        { type: 'user_total_bytes', ...total },
      ],
    );
    expect(await rowsOf(opened.url, 'SELECT sum(usage) AS bytes FROM pipeline.user_hour_usage')).toEqual([total]);
    expect(await stagedParts()).toEqual([]);
  });

  it('pauses the reading of records until its parts are sent, also if sending them fails', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    const steps: string[] = [];
    const reading = { pause: () => void steps.push('pause'), resume: () => void steps.push('resume') };
    await worker.commitTotals(aCommit(eventsOf(1), { from: 0, to: 1 }), reading);
    expect(steps).toEqual(['pause', 'resume']);
    await opened.database.raw('ALTER TABLE pipeline.staged_totals RENAME TO gone');
    await expect(worker.commitTotals(aCommit(eventsOf(2), { from: 1, to: 2 }), reading)).rejects.toThrow();
    expect(steps).toEqual(['pause', 'resume', 'pause', 'resume']);
  });

  it('changes nothing when a part is missing, and succeeds when it is repeated', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    await opened.database.raw(`
      CREATE FUNCTION public.lose_part() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER lose BEFORE INSERT ON pipeline.staged_totals FOR EACH ROW WHEN (NEW.part = 2)
        EXECUTE FUNCTION public.lose_part()`);
    const commit = aCommit(eventsOf(1), { from: 0, to: 1 });
    await expect(worker.commitTotals(commit)).rejects.toMatchObject({ code: '40001' });
    expect(await rowsOf(opened.url, 'SELECT FROM bytes')).toEqual([]);
    expect(await rowsOf(opened.url, 'SELECT next_offset FROM pipeline.position')).toEqual([{ next_offset: '0' }]);
    await opened.database.raw('DROP TRIGGER lose ON pipeline.staged_totals');
    await worker.commitTotals(commit);
    expect(await rowsOf(opened.url, 'SELECT next_offset FROM pipeline.position')).toEqual([{ next_offset: '1' }]);
  });

  it('is refused after another worker has claimed the partition', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    await opened.worker().claim(['totals'], [0]);
    await expect(worker.commitTotals(aCommit(eventsOf(1), { from: 0, to: 1 }))).rejects.toMatchObject({
      name: 'FenceLostError',
    });
    expect(await rowsOf(opened.url, 'SELECT FROM bytes')).toEqual([]);
  });

  it('leaves parts behind when its worker dies, which the next claim of the partition removes', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    await opened.worker().claim(['totals'], [0]);
    await expect(worker.commitTotals(aCommit(eventsOf(1), { from: 0, to: 1 }))).rejects.toThrow();
    expect((await stagedParts()).length).toBeGreaterThan(5);
    await opened.worker().claim(['totals'], [1]);
    expect((await stagedParts()).length).toBeGreaterThan(5);
    await opened.worker().claim(['totals'], [0]);
    expect(await stagedParts()).toEqual([]);
  });

  it('has the parts of its last attempt alone, however often it fails', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    const commit = aCommit([{ id: 'user 1', bytes: 1 }], { from: 0, to: 1 });
    await opened.database.raw('ALTER FUNCTION pipeline.count_lateness(jsonb) RENAME TO hidden');
    await expect(worker.commitTotals(commit)).rejects.toThrow();
    const parts = (await stagedParts()).length;
    await expect(worker.commitTotals(commit)).rejects.toThrow();
    expect((await stagedParts()).length).toBe(parts);
  });

  it('writes no row below the retention floor, and counts its events in the ledger', async () => {
    await opened.database.raw("UPDATE pipeline.retention_floor SET floor = '2022-10-29 14:00' WHERE kind = 'windows'");
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    const events = [0, 1, 2].flatMap((hour) =>
      [1, 2, 3].map((n) => ({ id: `user ${n}`, bytes: 1, second: hour * HOUR_SECONDS })),
    );
    const hourCounts = [13, 14, 15].map((hour) => ({
      ...{ partition: 0, hourMs: Date.UTC(2022, 9, 29, hour), events: 3, eventBytes: 3n, lastOffset: 1 },
    }));
    await worker.commitTotals({ ...aCommit(events, { from: 0, to: 1 }), hourCounts });
    const hours = (table: string, column: string) =>
      rowsOf(opened.url, `SELECT DISTINCT extract(hour FROM ${column})::integer AS hour FROM ${table} ORDER BY 1`);
    expect(await hours('bytes', 'timestamp')).toEqual([{ hour: 14 }, { hour: 15 }]);
    expect(await hours('pipeline.user_hour_usage', 'hour')).toEqual([{ hour: 14 }, { hour: 15 }]);
    expect(await rowsOf(opened.url, 'SELECT events::integer FROM pipeline.ledger_hour')).toEqual([{ events: 3 }]);
  });

  it('loses no part to the erasure of a person that is begun during the commit', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    const hourCounts = [{ partition: 0, hourMs: NOON + 3_600_000, events: 1, eventBytes: 1n, lastOffset: 0 }];
    await worker.commitTotals({ ...aCommit(EIGHT_USERS, { from: 0, to: 1 }), hourCounts });
    // Holds the commit between the windows and the hours of users.
    const holder = await opened.database.transaction();
    await holder.raw('SELECT FROM pipeline.counted_hour FOR UPDATE');
    const committed = worker.commitTotals({ ...aCommit(EIGHT_USERS, { from: 1, to: 2 }), hourCounts });
    await aCommitWaits();
    const erased = erasure('user 7');
    await waiting(2);
    await holder.commit();
    await Promise.all([committed, erased]);
    expect(await rowsOf(opened.url, 'SELECT sum(usage) AS sum FROM pipeline.user_hour_usage')).toEqual([
      { sum: '160' },
    ]);
  });

  it('and the erasure of a person, who is near the quota, do not block each other', async () => {
    await opened.database.raw("UPDATE user_metadata SET quota = 15 WHERE id IN ('user 1', 'user 2')");
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    await worker.commitTotals(aCommit(EIGHT_USERS, { from: 0, to: 1 }));
    // Holds the commit after it has locked user 1.
    const holder = await opened.database.transaction();
    await holder.raw("INSERT INTO pipeline.quota_user (id, events) VALUES ('user 2', 0)");
    const committed = worker.commitTotals(aCommit(EIGHT_USERS, { from: 1, to: 2 }));
    await aCommitWaits();
    const erased = erasure('user 1');
    await waiting(2);
    await holder.rollback();
    await expect(Promise.all([committed, erased])).resolves.toBeDefined();
  });

  it('does not wait for the removal of a partition below the retention floor', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    const now = new Date();
    const monthMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
    const second = (monthMs - NOON) / 1_000 - 4_500;
    const events = [-600, 600].flatMap((after) => EIGHT_USERS.map((event) => ({ ...event, second: second + after })));
    await worker.commitTotals(aCommit(events, { from: 0, to: 1 }));
    await opened.database.raw("UPDATE pipeline.retention_floor SET floor = ? WHERE kind = 'windows'", [
      new Date(monthMs).toISOString().slice(0, 19),
    ]);
    const [below] = await rowsOf<{ name: string }>(
      opened.url,
      "SELECT partition_name AS name FROM pipeline.partitions_below_floor('windows') WHERE partition_name ~ '^bytes_2'",
    );
    const removal = await opened.database.transaction();
    await removal.raw(`TRUNCATE pipeline.${below?.name ?? ''}`);
    await worker.commitTotals(aCommit(events, { from: 1, to: 2 }));
    await removal.commit();
    expect(await rowsOf(opened.url, "SELECT DISTINCT value FROM bytes WHERE type = 'user_total_bytes'")).toEqual([
      { value: '20' },
    ]);
  });

  it('may take longer than the statement timeout of all other calls', async () => {
    await opened.database.raw(`
      CREATE FUNCTION public.take_time() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END';
      CREATE TRIGGER slow BEFORE INSERT ON public.bytes FOR EACH ROW EXECUTE FUNCTION public.take_time()`);
    const hurried = openDatabase({ url: opened.url }, { applicationName: 'test', poolMax: 1, queryTimeoutMs: 1_000 });
    try {
      const events = Array.from({ length: 20 }, (_, n) => ({ bytes: 1, id: `user ${n}` }));
      const commit = aCommit(events, { from: 0, to: 1 });
      const impatient = new PostgresPositionStore(hurried, STREAM, IN_PARTS);
      await impatient.claim(['totals'], [0]);
      await expect(impatient.commitTotals(commit)).rejects.toThrow(CommitTooLongError);
      const patient = new PostgresPositionStore(hurried, STREAM, { ...IN_PARTS, patientDatabase: opened.database });
      await patient.commitTotals(commit);
      expect(await bytesOf('user 19')).toBe('1');
    } finally {
      await hurried.destroy();
    }
  });

  it('may be sent by the role of the speed layer, which cannot read the parts', async () => {
    const worker = new PostgresPositionStore(opened.database, STREAM, IN_PARTS);
    await worker.claim(['totals'], [0]);
    await opened.database.transaction(async (transaction) => {
      await transaction.raw('SET LOCAL ROLE antenna_speed');
      await new PostgresPositionStore(transaction, STREAM, IN_PARTS).commitTotals(
        aCommit(eventsOf(1), { from: 0, to: 1 }),
      );
      await expect(transaction.raw('SELECT FROM pipeline.staged_totals')).rejects.toThrow('permission denied');
    });
  });
});
