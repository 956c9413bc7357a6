import { until } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { makePartitions } from './partitions.ts';
import { isPassingFailure } from './passing-failure.ts';
import { aCommit, NOON } from './testing/a-commit.ts';
import { TestStore } from './testing/test-store.ts';

/** Start of the n-th month from the present one, and the end of the name of its partition. */
function month(n: number): { readonly startMs: number; readonly suffix: string } {
  const now = new Date(Date.now());
  const startMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n);
  return { startMs, suffix: new Date(startMs).toISOString().slice(0, 7).replace('-', '_') };
}

const PARTITIONS = (table: string) => `
  SELECT c.relname AS text FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
  WHERE i.inhparent = '${table}'::regclass ORDER BY 1`;

async function textsOf(database: Knex, query: string): Promise<readonly string[]> {
  const { rows } = await database.raw<{ rows: { text: string }[] }>(query);
  return rows.map(({ text }) => text);
}

/** An event in the middle of a month. */
const eventOf = (startMs: number) => ({ bytes: 5, second: (startMs + 15 * 86_400_000 - (NOON + 4_500_000)) / 1_000 });

const PLACES = 'SELECT DISTINCT tableoid::regclass::text AS text FROM public.bytes ORDER BY 1';

describe('the tables that grow with time', () => {
  let test: TestStore;
  beforeEach(async () => {
    test = await TestStore.open();
  });
  afterEach(() => test.close());

  const drop = (name: string) => test.database.raw(`DROP TABLE pipeline.${name}`);

  it('have a partition for each month from the last one to the third ahead, and two for all other times', async () => {
    for (const table of ['public.bytes', 'public.bytes_hourly', 'pipeline.user_hour_usage']) {
      const name = table.slice(table.indexOf('.') + 1);
      expect(await textsOf(test.database, PARTITIONS(table))).toEqual(
        [...[-1, 0, 1, 2, 3].map((n) => month(n).suffix), 'before', 'beyond'].map((suffix) => `${name}_${suffix}`),
      );
    }
  });

  it('store a row of any time: in its month, before the first, or beyond the last', async () => {
    const worker = test.worker();
    await worker.claim(['totals'], [0]);
    const events = [{ bytes: 5 }, eventOf(month(0).startMs), eventOf(month(60).startMs)];
    await worker.commitTotals(aCommit(events));
    await worker.commitTotals(aCommit(events, { from: 10, to: 20 }));
    expect(await textsOf(test.database, PLACES)).toEqual([
      `pipeline.bytes_${month(0).suffix}`,
      'pipeline.bytes_before',
      'pipeline.bytes_beyond',
    ]);
    const doubled = `SELECT DISTINCT value::text AS text FROM public.bytes`;
    expect(await textsOf(test.database, doubled)).toEqual(['10']);
  });

  it('get a missing month, to which the rows of that month move', async () => {
    const { startMs, suffix } = month(3);
    await drop(`bytes_${suffix}`);
    const worker = test.worker();
    await worker.claim(['totals'], [0]);
    await worker.commitTotals(aCommit([eventOf(startMs)]));
    expect(await textsOf(test.database, PLACES)).toEqual(['pipeline.bytes_beyond']);
    expect(await makePartitions(test.database, false)).toEqual({ made: [`bytes_${suffix}`], kept: [] });
    expect(await textsOf(test.database, PLACES)).toEqual([`pipeline.bytes_${suffix}`]);
    expect(await makePartitions(test.database, false)).toEqual({ made: [], kept: [] });
  });

  it('get no month while a session reads the default partition, and commits go on', async () => {
    await drop(`bytes_${month(3).suffix}`);
    const worker = test.worker();
    await worker.claim(['totals'], [0]);
    await test.database.transaction(async (dump) => {
      await dump.raw('LOCK TABLE pipeline.bytes_beyond IN ACCESS SHARE MODE');
      const failure: unknown = await makePartitions(test.database, false).catch((error: unknown) => error);
      expect(isPassingFailure(failure)).toBe(true);
      await worker.commitTotals(aCommit([{ bytes: 5 }, eventOf(month(60).startMs)]));
    });
    expect((await makePartitions(test.database, false)).made).toHaveLength(1);
  });

  it('get no month beside a large default partition, unless commits may wait', async () => {
    const name = `bytes_${month(3).suffix}`;
    await drop(name);
    await test.database.raw(`
      INSERT INTO public.bytes ("timestamp", id, value, type)
      SELECT '2090-01-01', n, 1, 'user_total_bytes' FROM generate_series(1, 150000) AS n`);
    expect(await makePartitions(test.database, false)).toEqual({ made: [], kept: [name] });
    expect(await makePartitions(test.database, true)).toEqual({ made: [name], kept: [] });
  });

  it('are written by commits while a month is attached, except for rows of the default partition, which wait', async () => {
    const { startMs, suffix } = month(3);
    await drop(`bytes_${suffix}`);
    const worker = test.worker();
    await worker.claim(['totals'], [0]);
    let waiting: Promise<unknown> = Promise.resolve();
    await test.database.transaction(async (maker) => {
      await maker.raw('SELECT pipeline.make_partition((SELECT version FROM pipeline.schema_version), false)');
      await worker.commitTotals(aCommit([{ bytes: 5 }, eventOf(month(0).startMs)]));
      waiting = worker.commitTotals(aCommit([eventOf(startMs)], { from: 10, to: 20 }));
      await isWaiting(test.database);
    });
    // The commit waited for the lock before Postgres chose a partition for its rows, so they are in the attached month.
    await waiting;
    expect(await textsOf(test.database, PLACES)).toContain(`pipeline.bytes_${suffix}`);
  });
});

async function isWaiting(database: Knex): Promise<void> {
  const waits = `
    SELECT pid::text AS text FROM pg_locks
    WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  await until(async () => (await textsOf(database, waits)).length > 0, { what: 'a session waits for a lock' });
}

describe('a migration of a database without partitions', () => {
  let test: TestStore;
  beforeEach(async () => {
    test = await TestStore.withoutSchema();
    // The functions of this program do not fit the earlier tables, which exist by then.
    await migrate({ url: test.url }, { migrations: migrations.filter(({ name }) => name < '0009') }).catch(
      () => undefined,
    );
  });
  afterEach(() => test.close());

  const rows = (times: string) => `
    INSERT INTO public.bytes ("timestamp", id, value, type) SELECT t, 'a', 5, 'user_total_bytes' FROM unnest(ARRAY[${times}]::timestamp[]) AS t`;

  it('keeps every row: those up to the present month in one partition, later ones of wrong clocks beside it', async () => {
    await test.database.raw(rows(`'1999-01-01', now() AT TIME ZONE 'UTC', '2090-01-01'`));
    await migrate({ url: test.url });
    const places = 'SELECT tableoid::regclass::text AS text FROM public.bytes ORDER BY "timestamp"';
    expect(await textsOf(test.database, places)).toEqual([
      'pipeline.bytes_before',
      'pipeline.bytes_before',
      'pipeline.bytes_beyond',
    ]);
    expect(await textsOf(test.database, PARTITIONS('public.bytes'))).toEqual(
      [...[1, 2, 3].map((n) => month(n).suffix), 'before', 'beyond'].map((suffix) => `bytes_${suffix}`),
    );
  });

  it('keeps the rights that were granted on the tables', async () => {
    const role = `keeper_${Date.now()}`;
    await test.database.raw(`CREATE ROLE ${role}; GRANT SELECT ON public.bytes TO ${role}`);
    try {
      await migrate({ url: test.url });
      const allowed = `SELECT has_table_privilege('${role}', 'public.bytes', 'SELECT')::text AS text`;
      expect(await textsOf(test.database, allowed)).toEqual(['true']);
    } finally {
      await test.database.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  it('refuses views, triggers and publications of others, which would miss all new rows', async () => {
    await test.database.raw(`
      CREATE SCHEMA others;
      CREATE VIEW others.sums AS SELECT sum(value) FROM public.bytes;
      CREATE PUBLICATION theirs FOR TABLE public.bytes_hourly`);
    await expect(migrate({ url: test.url })).rejects.toThrow(/publication theirs of bytes_hourly|view others\.sums of/);
    expect(
      await textsOf(test.database, `SELECT relkind::text AS text FROM pg_class WHERE oid = 'public.bytes'::regclass`),
    ).toEqual(['r']);
    await test.database.raw('DROP SCHEMA others CASCADE; DROP PUBLICATION theirs');
    await expect(migrate({ url: test.url })).resolves.toBeDefined();
  });
});
