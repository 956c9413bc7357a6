import { existsSync, globSync } from 'node:fs';
import { endedWell, rowsOf, testBucket, until } from '@antenna/test-kit';
import { deleteRecordsBefore, keptDifferences, newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, startWorker, stop } from '../workers.ts';

const records = someRecords(2, 600);
const DELETED = 200;

/** The records stay in the worker's memory until it stops. */
const ROLLS_LATE = {
  ARCHIVE_ROLL_INTERVAL_MS: '600000',
  ARCHIVE_ROLL_ROWS: '1000000',
  KAFKA_SESSION_TIMEOUT_MS: '30000',
};

const acknowledgeGap = (environment: Stream['environment']) =>
  startWorker(['acknowledge-gap', '--by=test'], environment);

/** Freezes a worker between the intent of its first chunk, which holds all records, and the first file. */
function frozenBeforeItsFiles(stream: Stream) {
  const environment = { ...stream.environment, FAILPOINT_SIGNAL: 'SIGSTOP' };
  return startWorker('serve', environment, { moment: 'before', step: 'upload', call: 1 });
}

describe('acknowledge-gap', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 1 });
  });

  afterEach(() => stream.close());

  const rows = (statement: string) => rowsOf(stream.databaseUrl, statement);

  const positionsAndIntents = async () => ({
    positions: await rows('SELECT sink, next_offset, epoch, fingerprint FROM pipeline.position ORDER BY 1'),
    intents: await rows('SELECT start_offset, end_offset, paths FROM pipeline.archive_intent'),
    gaps: await rows('SELECT * FROM pipeline.acknowledged_gap'),
  });

  /** Runs the command, which is refused and changes nothing. @returns what stays. */
  async function refused(): ReturnType<typeof positionsAndIntents> {
    const before = await positionsAndIntents();
    const { exitCode, all } = await acknowledgeGap(stream.environment);
    expect({ exitCode, all }).toMatchObject({ exitCode: 1, all: expect.stringContaining('OTHER_STREAM') as string });
    expect(await positionsAndIntents()).toEqual(before);
    return before;
  }

  it('is refused with another archive, and leaves the intent whose files are in a bucket', async () => {
    const bucket = await testBucket();
    const inBucket = { ARCHIVE_URL: `${bucket.url}/events`, STORAGE_EMULATOR_HOST: bucket.endpoint };
    await send(stream, records);
    const environment = { ...stream.environment, ...inBucket };
    expect((await startWorker('drain', environment, { moment: 'after', step: 'upload', call: 1 })).signal).toBe(
      'SIGKILL',
    );
    await deleteRecordsBefore(stream, 0, DELETED);

    const { intents } = await refused();
    expect(intents).toHaveLength(1);
  });

  it('is refused with the brokers of another cluster, and moves no position', async () => {
    await send(stream, records);
    await drain(stream.environment);
    await rows(`UPDATE pipeline.stream SET cluster_id = 'the one that the positions are of'`);
    await rows('UPDATE pipeline.position SET next_offset = 100');
    await deleteRecordsBefore(stream, 0, DELETED);

    await refused();
  });

  it('beside a worker that holds the records unsaved archives none twice', async () => {
    await send(stream, records);
    const worker = startWorker('serve', { ...stream.environment, ...ROLLS_LATE });
    await until(
      async () => (await rows(`SELECT FROM pipeline.position WHERE sink = 'totals' AND next_offset = 600`))[0],
      { what: 'count of all records' },
    );
    await deleteRecordsBefore(stream, 0, DELETED);
    expect((await acknowledgeGap(stream.environment)).stdout).toBe('archive, partition 0: 0 to 200 given up');
    await stop(worker);

    await drain(stream.environment);
    expect(await archived()).toEqual([{ first: '200', end: '600', gaps: '200', most: '200' }]);
    expect(await keptDifferences(stream, { archive: records.slice(DELETED) })).toEqual([]);
  });

  it('beside a worker that is frozen before its files leaves no orphan: what it creates when it thaws is adopted', async () => {
    await send(stream, records);
    const worker = frozenBeforeItsFiles(stream);
    await until(async () => (await rows('SELECT FROM pipeline.archive_intent'))[0], { what: 'intent' });
    const [intent] = await rows('SELECT end_offset FROM pipeline.archive_intent');
    await deleteRecordsBefore(stream, 0, DELETED);
    expect((await acknowledgeGap(stream.environment)).stdout).toContain(
      `archive, partition 0: 0 to ${String(intent?.['end_offset'])} given up`,
    );
    const abandoned = await rows('SELECT FROM pipeline.abandoned_path');
    expect(abandoned).not.toEqual([]);

    worker.kill('SIGCONT');
    const isThere = () => globSync('**/*.parquet', { cwd: stream.archiveFolder }).length === abandoned.length;
    await until(isThere, { what: 'files of the thawed worker', deadlineMs: 60_000 });
    await stop(worker);
    // The workers look for such files every minute, and may have listed them already.
    await endedWell(acknowledgeGap(stream.environment));
    expect(await rows('SELECT FROM pipeline.abandoned_path')).toEqual([]);
    expect((await acknowledgeGap(stream.environment)).stdout).toBe('no unread record has been deleted');
    expect(await keptDifferences(stream, { archive: records })).toEqual([]);
  });

  it('touches no archive where the database keeps totals only', async () => {
    await send(stream, records);
    const totalsOnly = { ...stream.environment, SINKS: 'totals' };
    await deleteRecordsBefore(stream, 0, DELETED);
    expect((await startWorker('drain', totalsOnly)).exitCode).toBe(4);
    // With the default SINKS.
    expect((await acknowledgeGap(stream.environment)).stdout).toBe('totals, partition 0: 0 to 200 given up');
    expect(await rows('SELECT sink FROM pipeline.position')).toEqual([{ sink: 'totals' }]);
    expect(existsSync(stream.archiveFolder)).toBe(false);
    await drain(totalsOnly);
  });

  function archived(): Promise<unknown[]> {
    return rows(`
      SELECT min(start_offset) AS first, max(end_offset) AS end,
        (SELECT sum(to_offset - from_offset) FROM pipeline.acknowledged_gap WHERE sink = 'archive') AS gaps,
        (SELECT sum(records_at_most) FROM pipeline.acknowledged_gap WHERE sink = 'archive') AS most
      FROM pipeline.archive_file`);
  }
});
