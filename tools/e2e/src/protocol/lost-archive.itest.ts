import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { streamDifferences } from '@antenna/oracle';
import { newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, startWorker } from '../workers.ts';

describe('a worker whose archive is not where its files were written', () => {
  let stream: Stream;

  beforeEach(async () => {
    stream = await newStream({ partitions: 2 });
  });

  afterEach(() => stream.close());

  it('refuses to begin a new one in its place, and goes on when the archive is back', async () => {
    const records = someRecords(21, 1_000);
    await send(stream, records.slice(0, 600));
    await drain(stream.environment);
    await rename(stream.archiveFolder, `${stream.archiveFolder}-moved`);
    await send(stream, records.slice(600));
    for (const command of ['drain', 'serve']) {
      const refused = await startWorker(command, stream.environment);
      expect(refused.exitCode).toBe(1);
      expect(refused.all).toContain('ARCHIVE_MISSING: Postgres lists files of the archive, and file://');
      expect(existsSync(stream.archiveFolder)).toBe(false);
    }
    await rename(`${stream.archiveFolder}-moved`, stream.archiveFolder);
    await drain(stream.environment);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });

  it.each(['/proc/nope/archive', '/sys/nope/archive'])('ends at once where no folder can be made: %s', async (path) => {
    await send(stream, someRecords(23, 100));
    const refused = await startWorker('drain', { ...stream.environment, ARCHIVE_URL: `file:${path}` });
    expect(refused.exitCode).toBe(1);
    expect(refused.all).toMatch(/ARCHIVE_REFUSED: cannot .*\/nope/);
    expect(refused.all).not.toContain('    at ');
  });

  it('begins one where none was written yet, in a folder that is missing', async () => {
    await rm(stream.archiveFolder, { recursive: true, force: true });
    const records = someRecords(22, 100);
    await send(stream, records);
    await drain(stream.environment);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });
});
