import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheFolder } from '../checkout.ts';
import { fetched } from './fetched.ts';

describe('a folder of the cache', () => {
  let name: string;

  beforeEach(() => {
    name = `test-${randomUUID()}`;
  });

  afterEach(() => rm(join(cacheFolder, name), { recursive: true, force: true }));

  it('is filled once', async () => {
    const folder = await fetched(name, (path) => writeFile(join(path, 'file'), 'first'));
    await fetched(name, () => Promise.reject(new Error('fetched again')));
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('first');
  });

  it('does not appear when the program that fetches fails, whose output is told', async () => {
    const script = `console.error('no route to host'); process.exit(3)`;
    const failing = fetched(name, () => execa(process.execPath, ['-e', script]));
    await expect(failing).rejects.toThrow(/could not be fetched: .* exit code 3[^]*no route to host/);
    expect(existsSync(join(cacheFolder, name))).toBe(false);
    expect((await readdir(cacheFolder)).filter((entry) => entry.startsWith(name))).toEqual([]);
  });
});
