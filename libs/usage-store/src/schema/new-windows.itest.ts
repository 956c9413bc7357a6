import { rowsOf, until } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { migrate } from '../migrate.ts';
import type { PostgresPositionStore } from '../position-store.ts';
import { aCommit, type EventOfTest, NOON } from '../testing/a-commit.ts';
import { TestStore } from '../testing/test-store.ts';

/** Event times count from 13:15:00. */
const FIRST_WINDOW_MS = NOON + 4_500_000;
const WINDOW_SECONDS = 300;
const DAY_SECONDS = 86_400;

/**
 * The windows whose rows the newest commit has inserted plainly: in a subtransaction, whose number is greater than that of
 * the transaction, which has moved the position.
 */
const INSERTED_PLAINLY = `
  SELECT to_char(b.timestamp, 'HH24:MI') AS shown
  FROM bytes AS b, (SELECT max(p.xmin::text::bigint) AS id FROM pipeline.position AS p WHERE p.sink = 'totals') AS newest
  WHERE b.type = 'app_total_bytes' AND b.xmin::text::bigint > newest.id
  ORDER BY 1`;

describe('a commit to windows that have no row yet', () => {
  let opened: TestStore;
  let database: Knex;
  let store: PostgresPositionStore;

  beforeEach(async () => {
    opened = await TestStore.open(8);
    ({ database } = opened);
    store = opened.worker();
  });

  afterEach(() => opened.close());

  it('inserts their rows plainly, and adds to the rows of earlier windows', async () => {
    await store.claim(['totals'], [0]);
    await commit([{ second: 299, bytes: 1 }], { from: 0 });
    await commit(
      [
        { second: 0, bytes: 10 },
        { second: 300, bytes: 100 },
      ],
      { from: 1 },
    );
    expect(await insertedPlainly()).toEqual(['13:20']);
    await commit([{ second: 300, bytes: 1_000 }], { from: 2 });
    expect(await sums('user_total_bytes')).toEqual(['13:15 11', '13:20 1100']);
  });

  it('inserts their rows plainly also after an event of a device whose clock was ahead', async () => {
    await store.claim(['totals'], [0]);
    await commit([{ second: 0, bytes: 1 }], { from: 0 });
    await commit([{ second: 28_000 * DAY_SECONDS, bytes: 1 }], { from: 1 });
    await commit([{ second: 300, bytes: 1 }], { from: 2 });
    expect(await insertedPlainly()).toEqual(['13:20']);
  });

  it('counts each event once when many workers write the first rows of the same windows at once', async () => {
    const partitions = [0, 1, 2, 3, 4, 5];
    const [windows, users] = [6, 40];
    await store.claim(['totals'], partitions);
    await Promise.all(
      partitions.map(async (partition) => {
        for (let from = 0; from < windows; from += 1) {
          // The window of this commit is new; a third of the users also have an event in the window before.
          const events = Array.from({ length: users }, (_, n) => ({
            id: `user ${n}`,
            second: (n % 3 === 0 ? Math.max(0, from - 1) : from) * WINDOW_SECONDS + partition,
            bytes: 1,
          }));
          await commit(partition % 2 === 0 ? events : events.toReversed(), { partition, from });
        }
      }),
    );
    const summed = await rowsOf(
      opened.url,
      'SELECT type, sum(value) AS bytes, count(DISTINCT timestamp) AS windows FROM bytes GROUP BY type ORDER BY type',
    );
    const total = { bytes: String(partitions.length * windows * users), windows: String(windows) };
    expect(summed).toEqual([
      { type: 'antenna_total_bytes', ...total },
      { type: 'app_total_bytes', ...total },
      { type: 'user_total_bytes', ...total },
    ]);
  });

  it('adds to the rows that another transaction has inserted while the commit waited for it', async () => {
    await store.claim(['totals'], [0, 1, 2]);
    const other = await database.transaction();
    await beginWindow(other, '13:25');
    const commits = [0, 1, 2].map(async (partition) => {
      const events = [0, 1, 2, 3].map((window) => ({ second: window * WINDOW_SECONDS, bytes: 10 ** partition }));
      await commit(events.slice(partition), { partition, from: 0 });
    });
    await commitsWait(3);
    await other.commit();
    await Promise.all(commits);
    expect(await sums('antenna_total_bytes')).toEqual(['13:15 1', '13:20 11', '13:25 1111', '13:30 111']);
    expect(await sums('user_total_bytes')).toEqual(['13:15 1', '13:20 11', '13:25 111', '13:30 111']);
  });

  it('leaves no row when it is cancelled because it takes too long', async () => {
    await store.claim(['totals'], [0]);
    const other = await database.transaction();
    await beginWindow(other, '13:20');
    const events = [
      { second: 0, bytes: 1 },
      { second: 300, bytes: 10 },
    ];
    const late = expect(commit(events, { from: 0 })).rejects.toMatchObject({ name: 'CommitTooLongError' });
    await commitsWait(1);
    await database.raw(`
      SELECT pg_cancel_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    await late;
    expect(await sums('user_total_bytes')).toEqual([]);
    await other.rollback();
    await commit(events, { from: 0 });
    expect(await sums('user_total_bytes')).toEqual(['13:15 1', '13:20 10']);
  });

  it('writes all rows to the new table when the owner has put another one in the place of bytes', async () => {
    await store.claim(['totals'], [0]);
    await commit([{ second: 0, bytes: 1 }], { from: 0 });
    await database.raw('ALTER TABLE bytes RENAME TO former_bytes');
    await database.raw('CREATE TABLE bytes (LIKE former_bytes INCLUDING ALL)');
    await database.raw('INSERT INTO bytes SELECT * FROM former_bytes');
    await commit(
      [
        { second: 0, bytes: 10 },
        { second: 300, bytes: 100 },
      ],
      { from: 1 },
    );
    expect(await sums('user_total_bytes')).toEqual(['13:15 11', '13:20 100']);
  });

  it('is declared by the provisioner without waiting for the owner, who is creating an index on bytes', async () => {
    const owner = await database.transaction();
    await owner.raw('LOCK TABLE ONLY bytes IN SHARE MODE');
    await database.raw('DELETE FROM pipeline.declared_schema');
    await expect(migrate({ url: opened.url }, { waitMs: 1_000 })).resolves.toEqual({ applied: [] });
    await owner.rollback();
  });

  /** Commits one record a call, with these events. */
  async function commit(events: readonly EventOfTest[], { partition = 0, from }: { partition?: number; from: number }) {
    const greatestEventTimeMs = FIRST_WINDOW_MS + 1_000 * Math.max(...events.map(({ second = 0 }) => second));
    await store.commitTotals(aCommit(events, { partition, from, to: from + 1, greatestEventTimeMs }));
  }

  /** Inserts the row of the antenna in another transaction. */
  async function beginWindow(other: Knex, start: string): Promise<void> {
    await other.raw(
      "INSERT INTO bytes (timestamp, type, id, value) VALUES (?, 'antenna_total_bytes', 'an antenna', 1000)",
      [`2022-10-29 ${start}`],
    );
  }

  async function commitsWait(commits: number): Promise<void> {
    await until(async () => (await opened.waitingTransactions()) === commits, { what: 'waiting commits' });
  }

  async function insertedPlainly(): Promise<readonly string[]> {
    return (await rowsOf<{ shown: string }>(opened.url, INSERTED_PLAINLY)).map(({ shown }) => shown);
  }

  async function sums(type: string): Promise<readonly string[]> {
    const rows = await rowsOf<{ shown: string }>(
      opened.url,
      `SELECT to_char(timestamp, 'HH24:MI ') || value AS shown FROM bytes WHERE type = $1 ORDER BY 1`,
      [type],
    );
    return rows.map(({ shown }) => shown);
  }
});
