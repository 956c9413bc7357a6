import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StagingFolder } from './staging-folder.ts';

describe('a staging folder', () => {
  let path: string;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'staging-'));
  });

  afterEach(() => rm(path, { recursive: true, force: true }));

  it('holds nothing of a file after its use', async () => {
    const staging = await StagingFolder.open(path);
    await staging.using((file) => writeFile(file, 'a file'));
    expect(await readdir(path)).toEqual([]);
  });

  it('is created again after a cleaner of temporary files has removed it', async () => {
    const staging = await StagingFolder.open(path);
    await rm(path, { recursive: true });
    await expect(staging.using((file) => writeFile(file, 'a file'))).resolves.toBeUndefined();
  });
});
