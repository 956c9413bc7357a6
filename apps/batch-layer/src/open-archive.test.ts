import { join } from 'node:path';
import { createLogger } from '@antenna/telemetry';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { openArchive } from './open-archive.ts';

const log = createLogger({ level: 'error', format: 'json', name: 'test' });

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.close());

describe('an archive that cannot be opened', () => {
  it('is refused at once when its folder is missing, and the message names the program that creates the folder', async () => {
    const path = join(folder.path, 'archive');
    const location = { kind: 'file', path } as const;
    const warned: unknown[] = [];
    const recording = Object.assign(createLogger({ level: 'error', format: 'json', name: 'test' }), {
      warn: (...entry: unknown[]) => warned.push(entry),
    });
    const archive = openArchive({ location, url: `file://${path}`, emulatorUrl: undefined }, { log: recording });
    await expect(archive).rejects.toMatchObject({ code: 'ARCHIVE_MISSING', exitCode: 1 });
    await expect(archive).rejects.toThrow(/^there is no folder .*: the speed layer makes it .* correct ARCHIVE_URL$/);
    expect(warned).toEqual([]);
  }, 5_000);

  it('fails after a bounded time when its server does not answer, and the message has the number of attempts', async () => {
    const location = { kind: 'gs', bucket: 'bucket', prefix: '' } as const;
    const archive = openArchive(
      { location, url: 'gs://bucket', emulatorUrl: 'http://127.0.0.1:1' },
      { log, waitMs: 5_000 },
    );
    await expect(archive).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
    await expect(archive).rejects.toThrow(/ECONNREFUSED.* \(\d+ attempts in \d+ s\)$/);
  });
});
