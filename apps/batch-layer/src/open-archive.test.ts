import { mkdir } from 'node:fs/promises';
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

function open(waitMs: number) {
  const path = join(folder.path, 'archive');
  return openArchive(
    { location: { kind: 'file', path }, url: `file://${path}`, emulatorUrl: undefined },
    { log, waitMs },
  );
}

describe('an archive that is not there', () => {
  it('is waited for', async () => {
    const archive = open(20_000);
    await mkdir(join(folder.path, 'archive'));
    expect(await (await archive).listHour(0)).toEqual([]);
  });

  it('is given up in the end, which says how often it was tried', async () => {
    const archive = open(700);
    await expect(archive).rejects.toMatchObject({ code: 'ARCHIVE_MISSING', exitCode: 1 });
    await expect(archive).rejects.toThrow(/^there is no folder .*: check ARCHIVE_URL \(\d+ attempts in \d+ s\)$/);
  });
});
