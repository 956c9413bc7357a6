import { retain } from '@antenna/hourly-batch';
import { until } from '@antenna/test-kit';
import type { Knex } from 'knex';
import { PostgresHourStore } from './hour-store.ts';
import { openDatabase } from './database.ts';
import { makePartitions } from './partitions.ts';
import { PostgresPositionStore } from './position-store.ts';
import { PostgresRetentionStore } from './retention-store.ts';
import { CountingWorker } from './testing/a-counting-worker.ts';
import { PostgresReconciliationStore } from './reconciliation-store.ts';
import { anHourResult, ArchivedHour, HOUR, totalsOf } from './testing/an-archived-hour.ts';
import { STREAM, TestStore } from './testing/test-store.ts';

const HOUR_MS = 3_600_000;

/** Start of the n-th month from the present one. */
function month(n: number): number {
  const now = new Date(Date.now());
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + n);
}

const suffix = (n: number) => new Date(month(n)).toISOString().slice(0, 7).replace('-', '_');
const textOf = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');

/** Noon of the third day of last month: below the floor once that is the present month. */
const OLD = month(-1) + 60 * HOUR_MS;
const RECENT = month(0) + HOUR_MS;
const ANCIENT = Date.UTC(2001, 0, 1, 12);

let test: TestStore;
let store: PostgresRetentionStore;
beforeEach(async () => {
  test = await TestStore.open(6);
  store = new PostgresRetentionStore(test.database);
});
afterEach(() => test.close());

async function textsOf(query: string): Promise<readonly string[]> {
  const { rows } = await test.database.raw<{ rows: { text: string }[] }>(query);
  return rows.map(({ text }) => text);
}

/** Raises a floor to the present month without a look at the hours. */
const raise = (kind = 'windows') =>
  test.database.raw('UPDATE pipeline.retention_floor SET floor = :floor WHERE kind = :kind', {
    floor: textOf(month(0)),
    kind,
  });

/** Notes until when the claimed partition 0 is archived. */
async function archivedUntil(timeMs: number): Promise<void> {
  const archived_until = new Date(timeMs).toISOString();
  await test.database
    .withSchema('pipeline')
    .table('partition_progress')
    .insert({ topic: STREAM.topic, partition: 0, end_offset: 0, noted_at: archived_until, archived_until });
}

const unexplained = `
  SELECT concat_ws(' ', hour, type, unexplained_speed, unexplained_batch) AS text FROM pipeline.reconciliation
  WHERE unexplained_speed <> 0 OR unexplained_batch <> 0`;
const windows = `SELECT "timestamp" || ' ' || value AS text FROM public.bytes WHERE type = 'user_total_bytes' ORDER BY 1`;
const ledger = `SELECT concat_ws(' ', hour, events, event_bytes) AS text FROM pipeline.ledger_hour ORDER BY 1`;
const removed = `SELECT concat_ws(' ', kind, hour, event_bytes) AS text FROM pipeline.removed_hour ORDER BY 1`;

describe('a retention floor', () => {
  let worker: CountingWorker;
  beforeEach(async () => {
    worker = await CountingWorker.start(test);
    await worker.count([{ atMs: RECENT, bytes: 1 }]);
    await archivedUntil(Date.now());
  });

  it('only rises, whoever changes it', async () => {
    await raise();
    for (const change of [
      `UPDATE pipeline.retention_floor SET floor = '2001-01-01' WHERE kind = 'windows'`,
      'DELETE FROM pipeline.retention_floor',
      'TRUNCATE pipeline.retention_floor CASCADE',
      `UPDATE pipeline.retention_floor SET floor = date_trunc('hour', now() + interval '25 hours')`,
    ]) {
      await expect(test.database.raw(change)).rejects.toThrow('a retention floor only rises');
    }
  });

  it('rises to the month in which the retention ends, and to none in a dry run', async () => {
    expect(await store.raiseFloor('windows', 0, true)).toMatchObject({ floorMs: month(0) });
    expect(await textsOf(`SELECT floor::text FROM pipeline.retention_floor WHERE isfinite(floor)`)).toEqual([]);
    expect(await store.raiseFloor('windows', 0, false)).toMatchObject({ floorMs: month(0), obstacle: undefined });
    expect(await store.raiseFloor('windows', 400, false)).toMatchObject({ floorMs: month(0) });
    expect(await store.raiseFloor('hours', 400, false)).toMatchObject({ floorMs: undefined, firstMonthMs: month(-1) });
  });

  it('stops at the month of the first hour with events that are not archived', async () => {
    await worker.count([{ atMs: OLD, bytes: 5 }]);
    expect(await store.raiseFloor('windows', 0, false)).toMatchObject({
      floorMs: month(-1),
      obstacle: { hourMs: OLD, reason: 'has events that are counted and not archived yet' },
    });
  });

  const SETTLED = {
    ...{ revision: 2, computed_revision: 2, computed_final: true },
    ...{ changed_at: 'now', computed_at: 'now', reconciled_at: 'tomorrow' },
  };
  it.each([
    ['has changed since it was computed', { revision: 3, computed_at: 'yesterday' }, 'windows', /has changed since/],
    ['was not final when it was computed', { computed_final: false }, 'windows', /was not final/],
    ['was never reconciled', { reconciled_at: null }, 'windows', /was not reconciled/],
    ['was computed since it was reconciled', { computed_at: 'tomorrow' }, 'hours', /was not reconciled/],
    ['is not in the stored sums of its day', {}, 'hours', /is not part of the stored sums/],
  ])('stops at the month of an hour that %s', async (_, state, kind, reason) => {
    await test.database
      .withSchema('pipeline')
      .table('hour')
      .insert({ hour: textOf(OLD), ...SETTLED, ...state });
    await test.database
      .withSchema('pipeline')
      .table('computed_hour')
      .insert({ hour: textOf(OLD), is_final: true });
    expect(await store.raiseFloor(kind as 'hours', 0, false)).toMatchObject({
      floorMs: month(-1),
      obstacle: { hourMs: OLD, reason: expect.stringMatching(reason) as string },
    });
  });

  it('stops at the month of an hour with unexplained bytes', async () => {
    await test.database
      .withSchema('pipeline')
      .table('hour')
      .insert({ hour: textOf(OLD), ...SETTLED });
    const row = { hour: textOf(OLD), unexplained_bytes: 1, file_problems: 0 };
    await test.database.withSchema('pipeline').table('reconciled_hour').insert(row);
    const { obstacle } = await store.raiseFloor('windows', 0, false);
    expect(obstacle).toMatchObject({ hourMs: OLD, reason: expect.stringContaining('without a cause') as string });
  });

  it('never rises beyond the newest event by the clock alone', async () => {
    await test.database.raw('UPDATE pipeline.position SET greatest_event_time = NULL');
    expect(await store.raiseFloor('windows', 0, false)).toMatchObject({ floorMs: undefined, wantedMs: undefined });
    await test.database.raw('UPDATE pipeline.position SET greatest_event_time = :old', { old: textOf(OLD) });
    expect(await store.raiseFloor('windows', 0, false)).toMatchObject({ floorMs: month(-1), wantedMs: month(-1) });
  });

  it('rises no further than what every partition has archived, less the retention', async () => {
    await test.database.raw('UPDATE pipeline.partition_progress SET archived_until = :until', {
      until: new Date(month(0) - HOUR_MS).toISOString(),
    });
    expect(await store.raiseFloor('hours', 0, false)).toMatchObject({
      ...{ floorMs: month(-1), wantedMs: month(0) },
      obstacle: { hourMs: month(0) - HOUR_MS, reason: expect.stringContaining('has archived') as string },
    });
  });

  it('does not rise while it is unknown until when a partition is archived', async () => {
    await test.database.raw('UPDATE pipeline.partition_progress SET archived_until = NULL');
    expect(await store.raiseFloor('hours', 0, false)).toMatchObject({
      floorMs: undefined,
      obstacle: { reason: expect.stringContaining('may lack events') as string },
    });
  });

  it('rises by a month a day at most, so that a clock that jumps ahead does not remove everything', async () => {
    await test.database.raw('UPDATE pipeline.partitioned_table SET first_month = :first', { first: textOf(month(-9)) });
    const rise = async () => (await store.raiseFloor('windows', 0, false)).floorMs;
    expect([await rise(), await rise()]).toEqual([month(-8), month(-8)]);
    await test.database.raw(`UPDATE pipeline.retention_floor SET raised_at = now() - interval '25 hours'`);
    expect([await rise(), await rise()]).toEqual([month(-7), month(-7)]);
  });

  it('does not rise by a retention of fewer than 0 days', async () => {
    await expect(store.raiseFloor('windows', -400, false)).rejects.toThrow('a retention of -400 days is not possible');
  });

  it('of windows is not stopped by a changed hour that is below the floor of hours', async () => {
    await raise('hours');
    await test.database
      .withSchema('pipeline')
      .table('hour')
      .insert({ hour: textOf(OLD), ...SETTLED, revision: 3, computed_at: 'yesterday' });
    expect(await store.raiseFloor('windows', 0, false)).toMatchObject({ floorMs: month(0), obstacle: undefined });
  });

  it('is not stopped for ever by a device that sends events of one old hour at every moment', async () => {
    const hours = new PostgresHourStore(test.database, { archiveUrl: STREAM.archiveUrl, previewedUsers: 0 });
    const archived = new ArchivedHour(test.worker(), hours);
    await archived.archive();
    await archived.compute(totalsOf({ ana: 100n }));
    const reconciled = { hourMs: HOUR, unexplainedBytes: 0n, fileProblems: 0 };
    await new PostgresReconciliationStore(test.database).record([reconciled]);
    await worker.count(Array.from({ length: 12 }, () => ({ atMs: RECENT, bytes: 1 })));
    await worker.count([{ atMs: HOUR, bytes: 1 }]);
    await test.database.raw('UPDATE pipeline.hour SET revision = revision + 1, changed_at = clock_timestamp()');
    const waiting = `SELECT concat_ws(' ', hour, awaited_events, late_events) AS text FROM pipeline.waiting_hour ORDER BY 1`;
    expect(await textsOf(waiting)).toEqual([`${textOf(HOUR)} 0 1`, `${textOf(RECENT)} 13 0`]);
    expect(await store.raiseFloor('windows', 0, true)).toMatchObject({ floorMs: month(0), obstacle: undefined });
    await test.database.raw(`UPDATE pipeline.hour SET computed_at = now() - interval '2 hours'`);
    expect(await store.raiseFloor('windows', 0, true)).toMatchObject({
      obstacle: { hourMs: HOUR, reason: expect.stringContaining('has changed since') as string },
    });
  });

  it('lets no partition be created again for a month below it', async () => {
    await raise();
    await store.remove(`bytes_${suffix(-1)}`, false);
    expect(await makePartitions(test.database, false)).toEqual({ made: [], kept: [] });
  });
});

describe('an event below the floor of windows', () => {
  it('is counted in the ledger in place of the tables, beside events above it in the same commit', async () => {
    const worker = await CountingWorker.start(test);
    await raise();
    await worker.count([
      { atMs: OLD, bytes: 6_000 },
      { atMs: OLD + 1, bytes: 2 },
      { atMs: month(0) - 1, bytes: 3 },
      { atMs: month(0), bytes: 5 },
    ]);
    await worker.count([{ atMs: OLD, bytes: 100 }]);
    expect(await textsOf(windows)).toEqual([`${textOf(month(0))} 5`]);
    expect(await textsOf('SELECT usage::text AS text FROM pipeline.user_hour_usage')).toEqual(['5']);
    expect(await textsOf(ledger)).toEqual([`${textOf(OLD)} 3 6102`, `${textOf(month(0) - HOUR_MS)} 1 3`]);
    expect(await textsOf('SELECT state AS text FROM pipeline.quota_event')).toEqual([]);
    expect(await textsOf(unexplained)).toEqual([]);
    expect(await store.late()).toEqual({ events: 4, bytes: 6_105n });
  });
});

describe('the removal of rows below the floor', () => {
  it('drops whole months, empties the partition before them, and keeps the ledger and the windows equal to what was counted', async () => {
    const worker = await CountingWorker.start(test);
    await worker.count([OLD, ANCIENT, RECENT].map((atMs) => ({ atMs, bytes: 7 })));
    await raise();
    await worker.count([OLD, ANCIENT].map((atMs) => ({ atMs, bytes: 1 })));
    const names = await store.removable('windows');
    expect(names).toEqual([
      ...[`bytes_${suffix(-1)}`, 'bytes_before'],
      ...[`user_hour_usage_${suffix(-1)}`, 'user_hour_usage_before'],
    ]);
    expect(await textsOf(unexplained)).toEqual([]);
    for (const name of names) expect(await store.remove(name, false)).toBe('removed');
    expect(await textsOf(windows)).toEqual([`${textOf(RECENT)} 7`]);
    expect(await textsOf(removed)).toEqual([`windows ${textOf(ANCIENT)} 7`, `windows ${textOf(OLD)} 7`]);
    expect(await textsOf(ledger)).toEqual([`${textOf(ANCIENT)} 1 1`, `${textOf(OLD)} 1 1`]);
    expect(await textsOf(unexplained)).toEqual([]);
    expect(await store.removable('windows')).toEqual([]);
    expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('gone');
  });

  it('deletes from the default partition the rows of months that never had a partition', async () => {
    await test.database.raw(`DROP TABLE pipeline.bytes_${suffix(-1)}`);
    const worker = await CountingWorker.start(test);
    await worker.count([OLD, month(60)].map((atMs) => ({ atMs, bytes: 7 })));
    await raise();
    expect(await store.remove('bytes_beyond', false)).toBe('removed');
    expect(await textsOf(windows)).toEqual([`${textOf(month(60))} 7`]);
    expect(await textsOf(removed)).toEqual([`windows ${textOf(OLD)} 7`]);
    expect(await textsOf(unexplained)).toEqual([]);
  });

  it('waits for no session that reads the table, and holds no commit up', async () => {
    const worker = await CountingWorker.start(test);
    await worker.count([{ atMs: OLD, bytes: 7 }]);
    await raise();
    await test.database.transaction(async (dump) => {
      await dump.raw('LOCK TABLE public.bytes IN ACCESS SHARE MODE');
      expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('busy');
      await worker.count([{ atMs: RECENT, bytes: 5 }]);
    });
    expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('removed');
  });

  it('waits for a commit that began below an earlier floor, and removes its rows with the others', async () => {
    const worker = await CountingWorker.start(test);
    await worker.count([OLD, RECENT].map((atMs) => ({ atMs, bytes: 7 })));
    let counting: Promise<void> = Promise.resolve();
    await test.database.transaction(async (holder) => {
      // The commit has read the floor and written its windows, and waits for its hour.
      await holder.raw('UPDATE pipeline.counted_hour SET events = events');
      counting = worker.count([
        { atMs: OLD, bytes: 5 },
        { atMs: RECENT, bytes: 1 },
      ]);
      await isWaiting(test.database);
      await raise();
      expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('busy');
    });
    await counting;
    expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('removed');
    expect(await textsOf(removed)).toEqual([`windows ${textOf(OLD)} 12`]);
    expect(await textsOf(ledger)).toEqual([]);
    expect(await textsOf(unexplained)).toEqual([]);
  });

  it('counts in the ledger a commit that has waited for the table while the floor was raised', async () => {
    const worker = await CountingWorker.start(test);
    await worker.count([{ atMs: OLD, bytes: 7 }]);
    let counting: Promise<void> = Promise.resolve();
    await test.database.transaction(async (remover) => {
      await remover.raw('LOCK TABLE ONLY public.bytes IN ACCESS EXCLUSIVE MODE');
      counting = worker.count([{ atMs: OLD, bytes: 5 }]);
      await isWaiting(test.database);
      await raise();
    });
    await counting;
    expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('removed');
    expect(await textsOf(windows)).toEqual([]);
    expect(await textsOf(ledger)).toEqual([`${textOf(OLD)} 1 5`]);
    expect(await textsOf(removed)).toEqual([`windows ${textOf(OLD)} 7`]);
    expect(await textsOf(unexplained)).toEqual([]);
  });

  it('leaves an empty table beside commits that never leave the table alone', async () => {
    await (await CountingWorker.start(test)).count([{ atMs: OLD, bytes: 7 }]);
    await raise();
    await test.database.transaction(async (endlessCommits) => {
      await endlessCommits.raw('LOCK TABLE ONLY public.bytes IN ROW EXCLUSIVE MODE');
      expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('emptied');
      expect(await textsOf(windows)).toEqual([]);
      expect(await textsOf(unexplained)).toEqual([]);
    });
    expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('removed');
    expect(await store.removable('windows')).toEqual([`user_hour_usage_${suffix(-1)}`]);
  });

  it('leaves the rows to a snapshot that was taken before', async () => {
    await (await CountingWorker.start(test)).count([{ atMs: OLD, bytes: 7 }]);
    const readAll = async (reader: Knex) =>
      (await reader.raw<{ rows: { text: string }[] }>(`${windows.replace(' ORDER BY 1', '')} UNION ALL ${unexplained}`))
        .rows;
    await test.database.transaction(
      async (reader) => {
        await reader.raw('SELECT FROM pipeline.stream');
        await raise();
        expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('busy');
        expect(await readAll(reader)).toEqual([{ text: `${textOf(OLD)} 7` }]);
      },
      { isolationLevel: 'repeatable read' },
    );
    expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('removed');
  });

  it('takes the rows out of the reconciliation before they go', async () => {
    await (await CountingWorker.start(test)).count([{ atMs: OLD, bytes: 7 }]);
    await raise();
    await test.database.transaction(async (dump) => {
      await dump.raw('LOCK TABLE public.bytes IN ACCESS SHARE MODE');
      expect(await store.remove(`bytes_${suffix(-1)}`, false)).toBe('busy');
      expect(await textsOf(windows)).toEqual([`${textOf(OLD)} 7`]);
      const type = { speed: 0n, causes: { belowFloor: -7n }, unexplained: { speed: 0n, archive: 0n, batch: 0n } };
      const hours = { fromMs: OLD, toMs: OLD + HOUR_MS };
      expect(await new PostgresReconciliationStore(test.database).differences(hours)).toMatchObject([
        { hourMs: OLD, types: [type, type, type] },
      ]);
    });
  });

  it('beside many commits, some of which are killed, loses no event and counts none twice', async () => {
    const killed = openDatabase({ url: test.url }, { applicationName: KILLED, poolMax: 3 });
    const places = { worker: () => new PostgresPositionStore(killed, STREAM) };
    const workers = await Promise.all([0, 1, 2].map((partition) => CountingWorker.start(places, partition)));
    let isRemoved = false;
    const counting = workers.map(async (worker) => {
      for (let after = 0; after < 5; after += isRemoved ? 1 : 0)
        await worker.count([OLD, OLD + HOUR_MS, RECENT].map((atMs) => ({ atMs, bytes: 1 })));
    });
    await until(async () => (await textsOf(windows)).length > 2, { what: 'old windows are counted' });
    await raise();
    const name = `bytes_${suffix(-1)}`;
    const removing = async () => {
      await test.database.raw(KILL_A_COMMIT);
      return ['emptied', 'removed'].includes(await store.remove(name, false));
    };
    await until(removing, { what: 'the month is removed' });
    await test.database.raw(KILL_A_COMMIT);
    isRemoved = true;
    await Promise.all(counting);
    await killed.destroy();
    expect(await textsOf(unexplained)).toEqual([]);
    const bytes = `
      SELECT concat_ws(' ', c.hour = '${textOf(RECENT)}', sum(c.event_bytes) > 0, w.value = sum(c.event_bytes),
        n.event_bytes + l.event_bytes = sum(c.event_bytes)) AS text
      FROM pipeline.counted_hour AS c
      LEFT JOIN public.bytes AS w ON w."timestamp" = c.hour AND w.type = 'user_total_bytes'
      LEFT JOIN pipeline.removed_hour AS n ON n.hour = c.hour
      LEFT JOIN (SELECT hour, sum(event_bytes) AS event_bytes FROM pipeline.ledger_hour GROUP BY hour) AS l ON l.hour = c.hour
      GROUP BY c.hour, w.value, n.event_bytes, l.event_bytes
      ORDER BY c.hour`;
    expect(await textsOf(bytes)).toEqual(['f t t', 'f t t', 't t t']);
  });
});

describe('an hour below the floor of hours', () => {
  let hours: PostgresHourStore;
  beforeEach(async () => {
    hours = new PostgresHourStore(test.database, { archiveUrl: STREAM.archiveUrl, previewedUsers: 0 });
    await CountingWorker.start(test);
  });

  const compute = () => hours.commit(anHourResult(totalsOf({ ana: 5n }), { hourMs: OLD, eventBytes: 5n }));

  it('is refused by a run, is never dirty, and is shown as below the floor', async () => {
    await raise('hours');
    await expect(compute()).rejects.toMatchObject({ code: 'HOUR_BELOW_FLOOR' });
    expect(await hours.readManifest(OLD)).toMatchObject({ isBelowFloor: true });
    expect(await hours.readManifest(month(0))).toMatchObject({ isBelowFloor: false });
    await test.database.raw(`INSERT INTO pipeline.hour (hour, revision) VALUES (:hour, 3)`, { hour: textOf(OLD) });
    expect(await hours.statuses({ newest: 0 })).toMatchObject({
      floors: { windowsMs: undefined, hoursMs: month(0) },
      hours: [],
    });
    expect((await hours.statuses({ newest: 1 })).hours).toMatchObject([{ hourMs: OLD, isBelowFloor: true }]);
    expect(await textsOf('SELECT is_dirty::text AS text FROM pipeline.hour_status')).toEqual(['false']);
  });

  it('keeps its part in the sums of its day, and its bytes in the reconciliation', async () => {
    await compute();
    await raise('hours');
    expect(await store.remove(`bytes_hourly_${suffix(-1)}`, false)).toBe('not summed');
    await hours.sumDays();
    expect(await store.remove(`bytes_hourly_${suffix(-1)}`, false)).toBe('removed');
    expect(await textsOf('SELECT value::text AS text FROM public.bytes_hourly')).toEqual([]);
    expect(await textsOf(removed)).toEqual([`hours ${textOf(OLD)} 5`]);
    const day = `SELECT value::text AS text FROM pipeline.usage_daily WHERE type = 'user_total_bytes'`;
    expect(await textsOf(day)).toEqual(['5']);
    expect(await textsOf(`SELECT DISTINCT below_floor || ' ' || batch AS text FROM pipeline.reconciliation`)).toEqual([
      '5 0',
    ]);
  });

  it('is not recorded as removed with a default partition whose rows another run has deleted meanwhile', async () => {
    await test.database.raw(`DROP TABLE pipeline.bytes_hourly_${suffix(-1)}`);
    await compute();
    await hours.commit(anHourResult(totalsOf({ ana: 3n }), { hourMs: ANCIENT, eventBytes: 3n }));
    await hours.sumDays();
    await hours.sumDays();
    await raise('hours');
    let removing: Promise<unknown> = Promise.resolve();
    await test.database.transaction(async (run) => {
      await run.raw('DELETE FROM public.bytes_hourly WHERE "timestamp" = :hour', { hour: textOf(OLD) });
      removing = store.remove('bytes_hourly_beyond', true);
      await isWaiting(test.database, 'Timeout');
    });
    expect(await removing).toBe('removed');
    expect(await textsOf(removed)).toEqual([]);
  });

  it('is refused by a run that has waited for the removal', async () => {
    let computing: Promise<unknown> = Promise.resolve();
    await test.database.transaction(async (remover) => {
      await remover.raw('LOCK TABLE ONLY public.bytes_hourly IN ACCESS EXCLUSIVE MODE');
      computing = compute().catch((error: unknown) => error);
      await isWaiting(test.database);
      await raise('hours');
    });
    expect(await computing).toMatchObject({ code: 'HOUR_BELOW_FLOOR' });
  });
});

it('retention removes what is ready, and a repeated one finds nothing to do', async () => {
  await (await CountingWorker.start(test)).count([{ atMs: RECENT, bytes: 1 }]);
  await archivedUntil(Date.now());
  const policy = { windows: 0, hours: undefined };
  const options = { dryRun: false, mayWait: false };
  const [first] = await retain(store, policy, options);
  expect(first?.removals.map(({ outcome }) => outcome)).toEqual(['removed', 'removed']);
  expect(await retain(store, policy, options)).toMatchObject([{ floorMs: month(0), removals: [] }]);
});

const KILLED = 'workers that are killed';

const KILL_A_COMMIT = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND state = 'active' AND application_name = '${KILLED}' LIMIT 1`;

/** @param waitEvent `Lock`, or `Timeout` for the removal, which looks again every few milliseconds. */
async function isWaiting(database: Knex, waitEvent = 'Lock'): Promise<void> {
  const waits = `
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = :waitEvent`;
  await until(async () => (await database.raw<{ rows: unknown[] }>(waits, { waitEvent })).rows.length > 0, {
    what: 'a session waits',
  });
}
