import { streamDifferences } from '@antenna/oracle';
import { ArchiveReader } from '@antenna/event-archive';
import { DONE, ending, rowsOf, testBucket } from '@antenna/test-kit';
import { newStream, send, someRecords, type Stream } from '../stream.ts';
import { startWorker } from '../workers.ts';

describe('an archive in a bucket', () => {
  it('is exact after a worker died in the midst of its uploads', async () => {
    const bucket = await testBucket();
    const stream = await newStream({
      partitions: 2,
      environment: { ARCHIVE_URL: `${bucket.url}/events`, STORAGE_EMULATOR_HOST: bucket.endpoint },
    });
    try {
      const records = someRecords(14, 3_000);
      await send(stream, records);
      const died = await startWorker('drain', stream.environment, { moment: 'after', step: 'upload', call: 3 });
      expect(died.signal).toBe('SIGKILL');
      expect(await ending(startWorker('drain', stream.environment))).toEqual(DONE);

      await download(stream, { bucket: new URL(bucket.url).hostname, emulatorUrl: bucket.endpoint });
      expect(await streamDifferences(stream, records)).toEqual([]);
    } finally {
      await stream.close();
    }
  });
});

/** Brings what the bucket lists to where a local archive would be. */
async function download(
  stream: Stream,
  { bucket, emulatorUrl }: { bucket: string; emulatorUrl: string },
): Promise<void> {
  const reader = await ArchiveReader.open({ kind: 'gs', bucket, prefix: 'events' }, { emulatorUrl });
  for (const hourMs of await hoursOf(stream)) {
    const files = await reader.listHour(hourMs);
    await reader.fetchFiles(
      files.map(({ path }) => path),
      stream.archiveFolder,
      { concurrency: 4 },
    );
  }
}

async function hoursOf({ databaseUrl }: Stream): Promise<readonly number[]> {
  const statement = 'SELECT extract(epoch FROM hour)::float8 * 1000 AS ms FROM pipeline.hour';
  return (await rowsOf<{ ms: number }>(databaseUrl, statement)).map(({ ms }) => ms);
}
