import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { keptSecrets } from './secrets.ts';

describe('secrets that are kept', () => {
  let folder: TemporaryFolder;
  let path: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, 'superset', 'secrets');
  });
  afterEach(() => folder.close());

  it('are made once', async () => {
    const secrets = await keptSecrets(path);
    expect(await keptSecrets(path)).toEqual(secrets);
  });

  it('are all different, and long', async () => {
    const secrets = Object.values(await keptSecrets(path));
    expect(new Set(secrets).size).toBe(4);
    for (const secret of secrets) expect(secret.length).toBeGreaterThanOrEqual(32);
  });

  it('are in a file that only its owner can read', async () => {
    await keptSecrets(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toContain('adminPassword');
  });
});
