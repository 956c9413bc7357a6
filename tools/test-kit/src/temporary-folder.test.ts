import { stat, writeFile } from 'node:fs/promises';
import { temporaryFolder } from './temporary-folder.ts';

describe('a temporary folder', () => {
  it('is there until it is closed', async () => {
    const folder = await temporaryFolder();
    await writeFile(`${folder.path}/file`, 'text');
    await folder.close();
    await expect(stat(folder.path)).rejects.toThrow('ENOENT');
  });
});
