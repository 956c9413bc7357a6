import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess } from './end-process.ts';
import { processFile } from './process-file.ts';

describe('the memory of a process', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'process-file-'));
    path = join(folder, 'process.json');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('finds a process that runs', async () => {
    await processFile(path).remember({ pid: process.pid, address: 'here' });
    expect(await processFile(path).running()).toMatchObject({ pid: process.pid, address: 'here' });
  });

  it('does not take a later process with the same pid for it', async () => {
    await processFile(path).remember({ pid: process.pid, address: 'here' });
    const known = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...known, identity: 'another start' }));
    expect(await processFile(path).running()).toBeUndefined();
  });

  it('knows that a process has ended', async () => {
    const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await processFile(path).remember({ pid: pid!, address: 'here' });
    expect(await processFile(path).running()).toBeDefined();
    await endProcess(pid!, 'SIGTERM', 10_000);
    expect(await processFile(path).running()).toBeUndefined();
  });

  it('holds nothing when the file is missing, cut off or forgotten', async () => {
    expect(await processFile(path).running()).toBeUndefined();
    await writeFile(path, '{"pid":');
    expect(await processFile(path).running()).toBeUndefined();
    await processFile(path).remember({ pid: process.pid, address: 'here' });
    await processFile(path).forget();
    expect(await processFile(path).running()).toBeUndefined();
  });
});

describe('ending a process', () => {
  it('kills one that does not want to end', async () => {
    const program = `process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    const ended = once(child, 'exit');
    await endProcess(child.pid!, 'SIGTERM', 50);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });
});
