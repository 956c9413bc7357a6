import { cacheFolder, fetched, requireProgram } from './programs.ts';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const node = { name: 'Node', file: process.execPath, args: ['--version'], version: /v(\d+)/, purpose: 'it runs this' };

describe('a program that is required', () => {
  it('is fine when it is new enough', async () => {
    await expect(requireProgram({ ...node, atLeast: 24 })).resolves.toBeUndefined();
  });

  it('is refused when it is too old, with what to install and why', async () => {
    await expect(requireProgram({ ...node, series: '0.', atLeast: 999 })).rejects.toThrow(
      /is version 0\.\d+; install Node 0\.999 or newer: it runs this$/,
    );
  });

  it('is reported as missing when it is not on this machine', async () => {
    await expect(requireProgram({ ...node, file: 'no-such-program', atLeast: 1 })).rejects.toThrow(
      'Node (no-such-program) is not on this machine; install Node 1 or newer: it runs this',
    );
  });
});

describe('a folder of the cache', () => {
  let name: string;

  beforeEach(() => {
    name = `test-${randomUUID()}`;
  });

  afterEach(async () => {
    await rm(join(cacheFolder, name), { recursive: true, force: true });
    await rm(join(cacheFolder, 'locks', name), { recursive: true, force: true });
  });

  it('is filled once', async () => {
    const folder = await fetched(name, (path) => writeFile(join(path, 'file'), 'first'));
    await fetched(name, () => Promise.reject(new Error('fetched again')));
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('first');
  });

  it('is filled by one fetch for all who ask for it at the same time in one process', async () => {
    let fetches = 0;
    const folders = await Promise.all([1, 2, 3].map(() => fetched(name, () => Promise.resolve((fetches += 1)))));
    expect(new Set(folders).size).toBe(1);
    expect(fetches).toBe(1);
  });

  it('is filled by another process that fetches it already', async () => {
    const other = fetchInOtherProcess(name);
    await once(other.stdout, 'data');
    const folder = fetched(name, () => Promise.reject(new Error('fetched a second time')));
    other.stdin.end();
    expect(await readFile(join(await folder, 'file'), 'utf8')).toBe('of another process');
    await other;
  });

  it('does not appear when the program that fetches it fails, and the error has the output of the program', async () => {
    const script = `console.error('no route to host'); process.exit(3)`;
    const failing = fetched(name, () => execa(process.execPath, ['-e', script]));
    await expect(failing).rejects.toThrow(/could not be fetched: .* exit code 3[^]*no route to host/);
    expect(existsSync(join(cacheFolder, name))).toBe(false);
    expect((await readdir(cacheFolder)).filter((entry) => entry.startsWith(name))).toEqual([]);
  });
});

/** A process whose fetch says that it has begun, and ends when the standard input ends. */
function fetchInOtherProcess(name: string) {
  const script = `
    import { text } from 'node:stream/consumers';
    import { writeFile } from 'node:fs/promises';
    import { fetched } from ${JSON.stringify(join(import.meta.dirname, 'programs.ts'))};
    await fetched(${JSON.stringify(name)}, async (folder) => {
      process.stdout.write('begun');
      await text(process.stdin);
      await writeFile(folder + '/file', 'of another process');
    });`;
  return execa(process.execPath, ['--input-type=module', '--eval', script]);
}
