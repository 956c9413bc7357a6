import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestSystem } from './testing/test-system.ts';

const VERIFY = ['verify', '--date=2022-10-29', '--hour=13'];
const events = [{ at: '2022-10-29T13:00:00Z' }, { at: '2022-10-29T13:59:59Z', bytes: 7 }];

let system: TestSystem;
afterEach(() => system.close());

describe('verify', () => {
  it('succeeds for an hour whose files match the manifest', async () => {
    system = await TestSystem.start();
    await system.worker.archive(0, events);
    await system.worker.archive(1, events);
    const { exitCode, stdout } = await system.batchLayer(VERIFY);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/2022-10-29T13 │ 2 +│ 4 +│ 24 +│ as listed/);
  });

  it('fails for an unknown hour, unless the range has a known one', async () => {
    system = await TestSystem.start();
    await system.worker.archive(0, events);
    const unknown = await system.batchLayer(['verify', '--date=2022-10-29', '--hour=14']);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stdout).toMatch(/2022-10-29T14 │ 0 .* not known/);
    expect(unknown.stderr).toContain(
      'NOTHING_TO_VERIFY: nothing was verified: no event of hour 2022-10-29T14 was ever',
    );
    const range = await system.batchLayer(['verify', '--from=2022-10-29T13', '--to=2022-10-29T15']);
    expect(range.exitCode).toBe(0);
    expect(range.stdout).toMatch(/T13 .* as listed[^]*T14 .* not known/);
  });

  it('finds a file of the right size with other content', async () => {
    system = await TestSystem.start();
    const [file] = await system.worker.archive(0, events);
    const path = join(system.archiveFolder, file?.path ?? '');
    const content = await readFile(path);
    content.writeUInt8(content.readUInt8(4) ^ 1, 4);
    await writeFile(path, content);
    const { exitCode, stdout, stderr } = await system.batchLayer(VERIFY);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(file?.path);
    expect(stderr).toContain('ARCHIVE_DIFFERS: the archive differs from the manifest in');
  });

  it("finds a file that was replaced by another chunk's file", async () => {
    system = await TestSystem.start();
    const [first] = await system.worker.archive(0, events);
    const [second] = await system.worker.archive(0, events);
    const place = (path = '') => join(system.archiveFolder, path);
    await writeFile(place(first?.path), await readFile(place(second?.path)));
    const { exitCode, stdout } = await system.batchLayer(VERIFY);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${first?.path ?? ''} has offsets 2 to 3, beyond [0, 2)`);
    expect(stdout).toContain(`${first?.path ?? ''} has checksum`);
  });

  it('reads an hour from a bucket, and run computes it', async () => {
    system = await TestSystem.start('bucket');
    await system.worker.archive(0, events);
    await system.worker.archive(1, events);
    // A separate process, since its environment names the bucket's server.
    const verified = await system.batchLayerProcess(VERIFY);
    expect(verified).toEqual({ exitCode: 0, stdout: expect.stringContaining('as listed') as string, stderr: '' });
    expect((await system.batchLayerProcess(['run', '--date=2022-10-29', '--hour=13'])).exitCode).toBe(0);
    expect(await system.rowsOf("SELECT value FROM bytes_hourly WHERE type = 'user_total_bytes'")).toEqual([
      { value: '24' },
    ]);
  });
});
