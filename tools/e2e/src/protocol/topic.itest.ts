import { streamDifferences } from '@antenna/oracle';
import { deleteRecordsBefore, newStream, recreate, send, someRecords, type Stream } from '../stream.ts';
import { drain, startWorker } from '../workers.ts';

describe('a topic that does not hold the positions', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 1 });
  });

  afterEach(() => stream.close());

  it('stops the worker with exit code 4 when records were deleted unread, until the gap is acknowledged', async () => {
    const records = someRecords(2, 600);
    await send(stream, records);
    await deleteRecordsBefore(stream, 0, 200);

    const refused = await startWorker('drain', stream.environment);
    expect(refused.exitCode).toBe(4);
    expect(refused.all).toContain('DATA_GAP: position 0 of archive on partition 0 is older than the oldest record 200');
    expect(refused.all).toContain('speed-layer:acknowledge-gap');

    const accepted = await startWorker('acknowledge-gap', stream.environment);
    expect(accepted.stdout).toBe('totals, partition 0: 0 to 200 given up\narchive, partition 0: 0 to 200 given up');
    expect((await startWorker('acknowledge-gap', stream.environment)).stdout).toBe('no unread record has been deleted');

    await drain(stream.environment);
    expect(await streamDifferences(stream, records.slice(200))).toEqual([]);
  });

  it('stops the worker when it was created again with fewer records', async () => {
    await send(stream, someRecords(3, 100));
    await drain(stream.environment);
    await recreate(stream, 1);
    await send(stream, someRecords(3, 50));

    const { exitCode, all } = await startWorker('drain', stream.environment);
    expect(exitCode).toBe(1);
    expect(all).toContain('LOG_TRUNCATED: partition 0: position 100 of');
  });

  it('stops the worker when it was created again with other records at the same offsets', async () => {
    await send(stream, someRecords(4, 100));
    await drain(stream.environment);
    await recreate(stream, 1);
    await send(stream, someRecords(5, 150));

    const { exitCode, all } = await startWorker('drain', stream.environment);
    expect(exitCode).toBe(1);
    expect(all).toContain('LOG_TRUNCATED: partition 0: the record at offset 99 is not the one seen there');
  });

  it('refuses a worker of another group, since two groups would fence each other', async () => {
    await send(stream, someRecords(6, 10));
    await drain(stream.environment);

    const { exitCode, all } = await startWorker('drain', { ...stream.environment, KAFKA_GROUP_ID: 'another' });
    expect(exitCode).toBe(1);
    expect(all).toContain('OTHER_STREAM');
  });

  it('refuses a worker of another topic, until the one that it has kept is retired', async () => {
    const other = await newStream({ partitions: 1 });
    try {
      const follower = {
        ...other.environment,
        DATABASE_URL: stream.databaseUrl,
        ARCHIVE_URL: `file:${stream.archiveFolder}`,
      };
      const records = someRecords(7, 200);
      await send(stream, records.slice(0, 100));
      await send(other, records.slice(100));
      await drain(stream.environment);
      const refused = await startWorker('drain', follower);
      expect(refused.exitCode).toBe(1);
      expect(refused.all).toContain(`OTHER_STREAM: this database keeps topic ${stream.topic}`);

      const retired = await startWorker(['retire-topic', `--topic=${stream.topic}`], stream.environment);
      expect(retired.stdout).toContain(`topic ${stream.topic} is retired`);
      expect(retired.stdout).toContain('  0 offsets that are in no total\n  0 offsets that are in the totals and not');
      await drain(follower);
      const differences = (await streamDifferences(stream, records)).filter((text) => !text.startsWith('offsets'));
      expect(differences).toEqual([]);
    } finally {
      await other.close();
    }
  });
});
