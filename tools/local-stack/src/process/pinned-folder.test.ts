import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { findPython } from './pinned-folder.ts';

describe('the Python that pinned packages are installed with', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.close());

  it('is the first of the version that the pins are for', async () => {
    const [older, wanted] = [await python('3.10.12'), await python('3.11.9')];
    expect(await findPython('a test', ['no-such-python', older, wanted])).toBe(wanted);
  });

  it('is said to be missing, with how to get it', async () => {
    const newer = await python('3.12.1');
    await expect(findPython('a test', ['no-such-python', newer])).rejects.toMatchObject({
      code: 'PROGRAM_MISSING',
      message: expect.stringMatching(/Python 3\.11 is not on this machine.*apt install python3\.11/) as string,
    });
  });

  async function python(version: string): Promise<string> {
    const file = join(folder.path, `python-${version}`);
    await writeFile(file, `#!/bin/sh\necho Python ${version}\n`);
    await chmod(file, 0o755);
    return file;
  }
});
