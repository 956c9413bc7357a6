import { streamDifferences } from '@antenna/oracle';
import { until } from '@antenna/test-kit';
import { openDatabase } from '@antenna/usage-store';
import type { Knex } from 'knex';
import { addPartitions, newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, hasClaimed, serve, stop, type Watched } from '../workers.ts';

describe('several workers of one group', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 4 });
  });

  afterEach(() => stream.close());

  it('lose and repeat nothing while they join, leave, and one is frozen and thaws', async () => {
    const records = someRecords(7, 9_000);
    const third = records.length / 3;
    const frozen = serve(stream.environment);
    await send(stream, records.slice(0, third));
    const steady = serve(stream.environment);
    await hasClaimed(steady);

    frozen.worker.kill('SIGSTOP');
    await send(stream, records.slice(third, 2 * third));
    // Expelled for its silence, the frozen one holds partitions no longer.
    await hasClaimed(steady, 2);
    frozen.worker.kill('SIGCONT');
    await send(stream, records.slice(2 * third));

    await stop(frozen.worker);
    await stop(steady.worker);
    await drain(stream.environment);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });

  it('read partitions that are added while they run', async () => {
    const records = someRecords(8, 2_000);
    await send(stream, records.slice(0, 1_000));
    const worker = serve(stream.environment);
    await hasClaimed(worker);
    await addPartitions(stream, 8);
    await until(() => claimed(worker).some((line) => line.includes('7')), {
      what: 'claim of the new partitions',
      deadlineMs: 40_000,
    });
    await send(stream, records.slice(1_000));
    await drain(stream.environment);
    await stop(worker.worker);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });

  it('archive what waits although others join and die more often than the roll interval passes', async () => {
    const rollIntervalMs = 15_000;
    const restless = await newStream({
      partitions: 2,
      environment: { ARCHIVE_ROLL_INTERVAL_MS: String(rollIntervalMs), ARCHIVE_ROLL_ROWS: '1000000' },
    });
    const database = openDatabase({ url: restless.databaseUrl }, { applicationName: 'test', poolMax: 1 });
    const steady = serve(restless.environment);
    try {
      await hasClaimed(steady);
      await send(restless, someRecords(9, 2_000));
      const claimDurations = await joinAndDieUntilArchived(restless, { database, steady });
      // Longer than the interval, a claim would have archived by itself.
      expect(Math.max(...claimDurations)).toBeLessThan(rollIntervalMs);
      await stop(steady.worker);
    } finally {
      steady.worker.kill('SIGKILL');
      await database.destroy();
      await restless.close();
    }
  });
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
  { database, steady }: { readonly database: Knex; readonly steady: Watched },
): Promise<readonly number[]> {
  const durations: number[] = [];
  for (let member = 0; member < MAX_MEMBERS; member += 1) {
    const startedMs = Date.now();
    const claimsBefore = claimed(steady).length;
    const other = serve(stream.environment);
    await Promise.all([hasClaimed(steady, claimsBefore + 1), hasClaimed(other)]);
    durations.push(Date.now() - startedMs);
    other.worker.kill('SIGKILL');
    await hasClaimed(steady, claimsBefore + 2);
    if (await isArchived(database)) return durations;
  }
  throw new Error(`nothing was archived while ${MAX_MEMBERS} workers joined and died`);
}

/** The log lines so far that name what a worker has claimed. */
function claimed({ output }: Watched): readonly string[] {
  return output()
    .split('\n')
    .filter((line) => line.includes('"claimed"'));
}
