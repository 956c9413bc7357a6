import { copyBucket, streamDifferences } from '@antenna/oracle';
import { testBucket } from '@antenna/test-kit';
import { newStream, send, someRecords } from '../stream.ts';
import { drain, startWorker } from '../workers.ts';

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
      await drain(stream.environment);

      await copyBucket(bucket.endpoint, new URL(bucket.url).hostname, stream.archiveFolder, 'events');
      expect(await streamDifferences(stream, records)).toEqual([]);
    } finally {
      await stream.close();
    }
  });
});
