import { streamDifferences } from '@antenna/oracle';
import { DECODER_VERSION } from '@antenna/event-schema';
import { rowsOf, until } from '@antenna/test-kit';
import { openDatabase, PostgresPositionStore } from '@antenna/usage-store';
import { newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, startWorker, stop } from '../workers.ts';

type Database = ReturnType<typeof openDatabase>;

describe('a release that decodes records by other rules', () => {
  let stream: Stream;
  let database: Database;

  beforeEach(async () => {
    // Chunks that stay open until the worker ends: the totals are ahead of the archive.
    const slowArchive = { ARCHIVE_ROLL_ROWS: '1000000', ARCHIVE_ROLL_INTERVAL_MS: '600000' };
    stream = await newStream({ partitions: 2, environment: { ...slowArchive, KAFKA_SESSION_TIMEOUT_MS: '30000' } });
    database = openDatabase({ url: stream.databaseUrl }, { applicationName: 'test' });
  });

  afterEach(async () => {
    await database.destroy();
    await stream.close();
  });

  it('is refused while a worker of the version before is at work, and begins once that worker has ended', async () => {
    const records = someRecords(31, 2_000);
    await send(stream, records);
    const worker = startWorker('serve', stream.environment);
    const counted = async () => {
      const statement = 'SELECT sum(next_offset) AS counted FROM pipeline.position';
      const [row] = await rowsOf<{ counted: string }>(stream.databaseUrl, statement);
      return Number(row?.counted) === records.length;
    };
    await until(counted, { what: 'count of all records', deadlineMs: 60_000 });
    const newRelease = await workerOf(stream, database);
    await expect(newRelease.claim(['totals', 'archive'], [0, 1])).rejects.toMatchObject({ code: 'DECODER_VERSION' });

    await stop(worker);
    expect(await streamDifferences(stream, records)).toEqual([]);
    await expect(newRelease.claim(['totals', 'archive'], [0, 1])).resolves.toHaveLength(4);
    // As long as both sinks are at the same offset, the way back is open, too.
    await drain(stream.environment);
  });
});

/** The same stream as the workers have, in a program of another version. */
async function workerOf({ databaseUrl }: Stream, database: Database): Promise<PostgresPositionStore> {
  const [known] = await rowsOf<{ topic: string; group_id: string; cluster_id: string; archive_url: string }>(
    databaseUrl,
    'SELECT topic, group_id, cluster_id, archive_url FROM pipeline.stream',
  );
  return new PostgresPositionStore(database, {
    topic: known?.topic ?? '',
    groupId: known?.group_id ?? '',
    clusterId: known?.cluster_id ?? '',
    archiveUrl: known?.archive_url,
    allowedLatenessMs: 60_000,
    owner: 'a new release',
    decoderVersion: DECODER_VERSION + 1,
  });
}
