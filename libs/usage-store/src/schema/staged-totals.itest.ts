import { rowsOf, until } from '@antenna/test-kit';
import { aCommit, type EventOfTest, FEDE } from '../testing/a-commit.ts';
import { STREAM, TestStore } from '../testing/test-store.ts';
import { PostgresPositionStore } from '../position-store.ts';

/** Every commit is sent in parts, of a few rows each. */
const IN_PARTS = { rowsOfCall: 0, rowsOfPart: 7 };

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

let opened: TestStore;

beforeEach(async () => {
  opened = await TestStore.open(8);
  await opened.database.raw(
    "INSERT INTO user_metadata (id, quota) SELECT 'user ' || n, 40 FROM generate_series(0, 99) AS n",
  );
});

afterEach(() => opened.close());

const storedAt = (url: string) => Promise.all(STORED.map((statement) => rowsOf(url, statement)));
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
      for (const [store, sizes] of [
        [opened, IN_PARTS],
        [whole, undefined],
      ] as const) {
        const worker = store.worker({}, sizes);
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
          partition % 3 === 2 ? undefined : { rowsOfCall: 0, rowsOfPart: 5 + partition },
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

  it('adds to the row that another transaction has inserted while the commit waited for it', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    await worker.commitTotals(aCommit([{ id: 'user 5', bytes: 1 }], { from: 0, to: 1 }));
    const other = await opened.database.transaction();
    await other.raw(
      "INSERT INTO bytes (timestamp, type, id, value) VALUES ('2022-10-29 13:15', 'user_total_bytes', 'user 7', 1000)",
    );
    await other.raw(
      "INSERT INTO pipeline.user_hour_usage VALUES ('2022-10-29 13:00', 'user 7', 1000, '2022-10-29 13:15')",
    );
    const events = [5, 6, 7, 8].map((n) => ({ id: `user ${n}`, bytes: 10 }));
    const committed = worker.commitTotals(aCommit(events, { from: 1, to: 2 }));
    await until(async () => (await opened.waitingTransactions()) === 1, { what: 'waiting commit' });
    await other.commit();
    await committed;
    const sums = [
      ['user 5', '11'],
      ['user 6', '10'],
      ['user 7', '1010'],
      ['user 8', '10'],
    ];
    const shown = (rows: readonly { id: string; sum: string }[]) => rows.map(({ id, sum }) => [id, sum]);
    const windows = "SELECT id, value AS sum FROM bytes WHERE type = 'user_total_bytes' ORDER BY id";
    expect(shown(await rowsOf(opened.url, windows))).toEqual(sums);
    const hours = 'SELECT id, usage AS sum FROM pipeline.user_hour_usage ORDER BY id';
    expect(shown(await rowsOf(opened.url, hours))).toEqual(sums);
  });

  it('changes nothing when a part is missing, and succeeds when it is repeated', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    await opened.database.raw(`
      CREATE FUNCTION pg_temp.noop() RETURNS void LANGUAGE sql AS '';
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

  it('leaves parts behind when its worker dies, which a claim removes after an hour', async () => {
    const worker = opened.worker({}, IN_PARTS);
    await worker.claim(['totals'], [0]);
    await opened.worker().claim(['totals'], [0]);
    await expect(worker.commitTotals(aCommit(eventsOf(1), { from: 0, to: 1 }))).rejects.toThrow();
    await opened.worker().claim(['totals'], [0]);
    expect((await stagedParts()).length).toBeGreaterThan(10);
    await opened.database.raw("UPDATE pipeline.staged_totals SET staged_at = staged_at - interval '61 minutes'");
    await opened.worker().claim(['totals'], [0]);
    expect(await stagedParts()).toEqual([]);
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
