import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestSystem } from './testing/test-system.ts';

const HOUR = ['--date=2022-10-29', '--hour=13'];
const RECONCILE = ['reconcile', ...HOUR];
const events = [{ at: '2022-10-29T13:00:00Z' }, { at: '2022-10-29T13:59:59Z', bytes: 7 }];
const late = [{ at: '2022-10-29T13:10:00Z', bytes: 100 }];

let system: TestSystem;
afterEach(() => system.close());

/** An hour that is counted, archived and computed. */
async function computed(): Promise<string> {
  const [started, path] = await TestSystem.withComputedHour(HOUR, events);
  system = started;
  return path;
}

async function reconciled(...options: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { exitCode, stdout } = await system.batchLayer([...RECONCILE, '--output=json', ...options]);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>[];
}

const recorded = () =>
  system.rowsOf('SELECT hour, unexplained_bytes, file_problems FROM pipeline.reconciled_hour ORDER BY hour');

describe('reconcile', () => {
  it('finds no difference in an hour whose events are all counted, archived and computed', async () => {
    await computed();
    const types = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'];
    const row = { hour: '2022-10-29T13', speed: 12, batch: 12, difference: 0, unexplained: 0, files_since_run: 0 };
    expect(await reconciled()).toMatchObject(types.map((type) => ({ ...row, type })));
    expect(await recorded()).toEqual([{ hour: '2022-10-29 13:00:00', unexplained_bytes: '0', file_problems: '0' }]);
  });

  it('names the cause of each byte: counted and not archived, archived since the run with the files', async () => {
    await computed();
    await system.worker.count(0, late);
    expect(await reconciled()).toMatchObject([
      { speed: 112, batch: 12, difference: 100, counted_not_archived: 100, archived_since_run: 0 },
      {},
      {},
    ]);
    const [file] = await system.worker.archive(0, late);
    expect(await reconciled()).toMatchObject([
      { difference: 100, counted_not_archived: 0, archived_since_run: 100, files_since_run: 1, unexplained: 0 },
      {},
      {},
    ]);
    const { stdout } = await system.batchLayer(RECONCILE);
    expect(stdout).toContain('+100 archived since the last run (1 file)');
    expect(stdout).toMatch(
      new RegExp(`${file?.path ?? ''} was archived at .* after the last run: 1 events, 100 bytes`),
    );
  });

  it.each([
    ['public.bytes', "UPDATE bytes SET value = value + 3 WHERE type = 'user_total_bytes' AND value = 7", 3],
    ['public.bytes_hourly', "UPDATE bytes_hourly SET value = value - 3 WHERE type = 'user_total_bytes'", 3],
  ])('finds a row of %s that was changed by hand', async (table, change, bytes) => {
    await computed();
    await system.rowsOf(change);
    const { exitCode, stderr } = await system.batchLayer(RECONCILE);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^UNEXPLAINED_DIFFERENCE: .* 1 hours: 2022-10-29T13, user_total_bytes: 3 more bytes in /);
    expect(stderr).toContain(table);
    expect(await recorded()).toMatchObject([{ unexplained_bytes: String(bytes) }]);
  });

  it('finds rows of an hour that was never counted or computed', async () => {
    system = await TestSystem.start();
    await system.rowsOf(`INSERT INTO bytes VALUES ('2022-10-29 13:05', 'ana', 9, 'user_total_bytes')`);
    const { exitCode, stderr } = await system.batchLayer(RECONCILE);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('2022-10-29T13, user_total_bytes: 9 more bytes in public.bytes than were counted');
  });

  it('finds a row of the manifest that was changed by hand', async () => {
    await computed();
    await system.rowsOf('UPDATE pipeline.archive_file SET event_bytes = event_bytes - 2');
    const { stderr } = await system.batchLayer(RECONCILE);
    expect(stderr).toContain('2 more bytes counted than archived, without a cause');
    expect(await recorded()).toMatchObject([{ unexplained_bytes: String(3 * 4) }]);
  });

  it('names a file that was replaced by one of another size', async () => {
    const path = await computed();
    await writeFile(join(system.archiveFolder, path), 'short');
    const { exitCode, stderr } = await system.batchLayer(RECONCILE);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`2022-10-29T13: ${path} has 5 bytes instead of`));
    expect(await recorded()).toMatchObject([{ unexplained_bytes: '0', file_problems: '1' }]);
  });

  it('names a file of the same size that was damaged if it reads the files', async () => {
    const path = await computed();
    const place = join(system.archiveFolder, path);
    const content = await readFile(place);
    content.writeUInt8(content.readUInt8(4) ^ 1, 4);
    await writeFile(place, content);
    expect((await system.batchLayer(RECONCILE)).exitCode).toBe(0);
    const { exitCode, stderr } = await system.batchLayer([...RECONCILE, '--read-files']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`2022-10-29T13: ${path} cannot be read`);
  });

  it('compares with --due each hour that was counted or computed since it was reconciled', async () => {
    await computed();
    const due = async () => {
      const { stdout } = await system.batchLayer(['reconcile', '--due', '--output=json']);
      return (JSON.parse(stdout) as unknown[]).length;
    };
    expect(await due()).toBe(3);
    expect(await due()).toBe(0);
    await system.worker.archive(0, late);
    expect(await due()).toBe(3);
    await system.batchLayer(['run', ...HOUR]);
    expect(await due()).toBe(3);
    expect(await due()).toBe(0);
  });
});
