import { link, readdir } from 'node:fs/promises';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { syncFolder } from './durable-folders.ts';
import { probeFileSystem, type PublishingCalls } from './file-system-probe.ts';
import { StagingFolder } from './staging-folder.ts';

const failing = (syscall: string, code: string) => () =>
  Promise.reject(Object.assign(new Error(`${code}: the call failed`), { code, syscall }));

describe('a file system for an archive', () => {
  let folder: TemporaryFolder;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });

  afterEach(() => folder.close());

  async function probe(calls: Partial<PublishingCalls> = {}): Promise<void> {
    const staging = await StagingFolder.open(folder.path);
    await probeFileSystem(staging, '/archive', { link, syncFolder, ...calls });
  }

  it('is accepted when it has hard links and syncs folders, and no probe file remains', async () => {
    await expect(probe()).resolves.toBeUndefined();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it.each(['ENOSYS', 'EIO', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EINVAL', 'EXDEV'])(
    'is refused when a hard link fails with %s',
    async (code) => {
      const refused = probe({ link: failing('link', code) });
      await expect(refused).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
      await expect(refused).rejects.toThrow(
        `the file system of /archive cannot keep an archive: it has no hard links (${code}); set ARCHIVE_URL to`,
      );
    },
  );

  it('is refused when a hard link replaces an existing file', async () => {
    await expect(probe({ link: () => Promise.resolve() })).rejects.toThrow('takes the place of an existing file');
  });

  it.each(['EINVAL', 'ENOSYS', 'EIO', 'EBADF'])('is refused when syncing a folder fails with %s', async (code) => {
    await expect(probe({ syncFolder: failing('fsync', code) })).rejects.toThrow(`it cannot sync a folder (${code})`);
  });

  it.each(['ENOSPC', 'EDQUOT', 'ESTALE', 'ETIMEDOUT'])(
    'is not judged when a link fails with %s, which passes by itself',
    async (code) => {
      await expect(probe({ link: failing('link', code) })).resolves.toBeUndefined();
    },
  );
});
