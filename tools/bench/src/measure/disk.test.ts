import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder, until } from '@antenna/test-kit';
import { watchDisk } from './disk.ts';

const MIB = 1_048_576;

describe('the measured disk space of a folder', () => {
  let folder: TemporaryFolder;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.close());

  it('is the greatest sum of file sizes at any time, of all files and of those whose names match', async () => {
    const watch = watchDisk(folder.path, /^spill/);
    const [spill, result] = [join(folder.path, 'spill-1'), join(folder.path, 'result')];

    await writeFile(spill, Buffer.alloc(3 * MIB, 1));
    await writeFile(result, Buffer.alloc(2 * MIB, 1));
    await until(() => watch.peaks().all >= 5 * MIB, { what: 'sight of both files' });
    await rm(spill);
    await writeFile(join(folder.path, 'later'), Buffer.alloc(4 * MIB, 1));
    await until(() => watch.peaks().all >= 6 * MIB, { what: 'sight of the later file' });

    const { all, matching } = watch.stop();
    expect(Math.round(all / MIB)).toBe(6);
    expect(Math.round(matching / MIB)).toBe(3);
  });
});
