import { join } from 'node:path';
import { copyBucket, streamDifferences } from '@antenna/oracle';
import { type Failpoint, FAILPOINT_STEPS, failpointText } from '../failpoint.ts';
import { ageStagingFiles, newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, startWorker } from '../workers.ts';
import { testBucket } from '@antenna/test-kit';

const MOMENTS = ['before', 'after'] as const;

const FAILPOINTS: readonly Failpoint[] = FAILPOINT_STEPS.flatMap((step) =>
  MOMENTS.map((moment) => ({ moment, step, call: 1 })),
);

describe('a worker that is killed', () => {
  let stream: Stream;
  const records = someRecords(1, 12_000);
  const [first = [], ...later] = inParts(records, FAILPOINTS.length + 1);

  beforeAll(async () => {
    stream = await newStream({ partitions: 3 });
    await send(stream, first);
  });

  afterAll(() => stream.close());

  it.each(FAILPOINTS.map((failpoint) => [failpointText(failpoint), failpoint] as const))(
    'dies %s',
    async (_name, failpoint) => {
      await send(stream, later.shift() ?? []);
      const { signal, all } = await startWorker('drain', stream.environment, failpoint);
      expect({ signal, all: signal === 'SIGKILL' ? '' : all }).toEqual({ signal: 'SIGKILL', all: '' });
    },
  );

  it('leaves everything to its successors, exactly once, and no file that it was preparing', async () => {
    await ageStagingFiles(join(stream.archiveFolder, '.staging'));
    await drain(stream.environment);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });
});

function inParts<T>(items: readonly T[], parts: number): readonly (readonly T[])[] {
  const size = Math.ceil(items.length / parts);
  return Array.from({ length: parts }, (_, part) => items.slice(part * size, (part + 1) * size));
}

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
