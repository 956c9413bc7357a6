import { streamDifferences } from '@antenna/oracle';
import { ArchiveReader } from '@antenna/event-archive';
import { DONE, ending, testBucket } from '@antenna/test-kit';
import pg from 'pg';
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

async function hoursOf(stream: Stream): Promise<readonly number[]> {
  const client = new pg.Client({ connectionString: stream.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ ms: string }>(
      'SELECT (extract(epoch FROM hour) * 1000)::bigint AS ms FROM pipeline.hour',
    );
    return rows.map(({ ms }) => Number(ms));
  } finally {
    await client.end();
  }
}
