import { streamDifferences } from '@antenna/oracle';
import { DONE, ending, until } from '@antenna/test-kit';
import { openDatabase } from '@antenna/usage-store';
import type { Knex } from 'knex';
import { newStream, send, someRecords, type Stream } from '../stream.ts';
import { addPartitions } from '../topic-changes.ts';
import { startWorker } from '../workers.ts';

describe('several workers of one group', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 4 });
  });

  afterEach(() => stream.close());

  it('lose and repeat nothing while they join, leave, and one is frozen and thaws', async () => {
    const records = someRecords(7, 9_000);
    const third = records.length / 3;
    const frozen = startWorker('serve', stream.environment);
    await send(stream, records.slice(0, third));
    const steady = startWorker('serve', stream.environment);
    await claims(steady, 1);

    frozen.kill('SIGSTOP');
    await send(stream, records.slice(third, 2 * third));
    // Expelled for its silence, the frozen one holds partitions no longer.
    await claims(steady, 2);
    frozen.kill('SIGCONT');
    await send(stream, records.slice(2 * third));

    frozen.kill('SIGTERM');
    expect(await ending(frozen)).toEqual(DONE);
    steady.kill('SIGTERM');
    expect(await ending(steady)).toEqual(DONE);
    expect(await ending(startWorker('drain', stream.environment))).toEqual(DONE);
    expect(await streamDifferences(stream, records)).toEqual([]);
  }, 180_000);

  it('read partitions that are added while they run', async () => {
    const records = someRecords(8, 2_000);
    await send(stream, records.slice(0, 1_000));
    const worker = startWorker('serve', stream.environment);
    await claims(worker, 1);
    await addPartitions(stream, 8);
    await until(() => claimed(worker).some((line) => line.includes('7')), {
      what: 'claim of the new partitions',
      deadlineMs: 40_000,
    });
    await send(stream, records.slice(1_000));
    expect(await ending(startWorker('drain', stream.environment))).toEqual(DONE);
    worker.kill('SIGTERM');
    expect(await ending(worker)).toEqual(DONE);
    expect(await streamDifferences(stream, records)).toEqual([]);
  }, 180_000);

  it('archive what waits although others join and die more often than the roll interval passes', async () => {
    const rollIntervalMs = 15_000;
    const restless = await newStream({
      partitions: 2,
      environment: { ARCHIVE_ROLL_INTERVAL_MS: String(rollIntervalMs), ARCHIVE_ROLL_ROWS: '1000000' },
    });
    const database = openDatabase({ url: restless.databaseUrl }, { applicationName: 'test', poolMax: 1 });
    const steady = startWorker('serve', restless.environment);
    try {
      await claims(steady, 1);
      await send(restless, someRecords(9, 2_000));
      const claimDurations = await joinAndDieUntilArchived(restless, { database, steady });
      // Longer than the interval, a claim would have archived by itself.
      expect(Math.max(...claimDurations)).toBeLessThan(rollIntervalMs);
      steady.kill('SIGTERM');
      expect(await ending(steady)).toEqual(DONE);
    } finally {
      steady.kill('SIGKILL');
      await database.destroy();
      await restless.close();
    }
  }, 180_000);
});

/** Whether the archive has all that the topic held when that was noted last. */
async function isArchived(database: Knex): Promise<boolean> {
  const statement = `
    SELECT count(*) = 2 AND bool_and(archive_lag = 0) AND sum(end_offset) > 0 AS done FROM pipeline.stream_progress`;
  return (await database.raw<{ rows: { done: boolean }[] }>(statement)).rows[0]?.done ?? false;
}

/** Far more than the archive needs: two roll intervals, and what starting and expelling workers takes. */
const MAX_MEMBERS = 20;

/**
 * Starts a second worker and kills it as soon as it has its share, again and again.
 * @returns how long each claim of the first worker lasted, milliseconds.
 */
async function joinAndDieUntilArchived(
  stream: Stream,
  { database, steady }: { readonly database: Knex; readonly steady: Running },
): Promise<readonly number[]> {
  const durations: number[] = [];
  for (let member = 0; member < MAX_MEMBERS; member += 1) {
    const startedMs = Date.now();
    const claimsBefore = claimed(steady).length;
    const other = startWorker('serve', stream.environment);
    await Promise.all([claims(steady, claimsBefore + 1), claims(other, 1)]);
    durations.push(Date.now() - startedMs);
    other.kill('SIGKILL');
    await claims(steady, claimsBefore + 2);
    if (await isArchived(database)) return durations;
  }
  throw new Error(`nothing was archived while ${MAX_MEMBERS} workers joined and died`);
}

type Running = ReturnType<typeof startWorker>;

const outputs = new WeakMap<Running, string[]>();

/** The log lines so far that name what a worker has claimed. */
function claimed(worker: Running): readonly string[] {
  let lines = outputs.get(worker);
  if (lines === undefined) {
    const collected: string[] = [];
    worker.all.on('data', (data: Buffer) => collected.push(...data.toString().split('\n')));
    outputs.set(worker, collected);
    lines = collected;
  }
  return lines.filter((line) => line.includes('"claimed"'));
}

function claims(worker: Running, count: number): Promise<unknown> {
  return until(() => claimed(worker).length >= count, { what: `claim number ${count}`, deadlineMs: 60_000 });
}
