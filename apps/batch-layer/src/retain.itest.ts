import { TestSystem } from './testing/test-system.ts';

const HOUR = ['--date=2022-10-29', '--hour=13'];
const events = [{ at: '2022-10-29T13:00:00Z' }, { at: '2022-10-29T13:59:59Z', bytes: 7 }];
const late = [{ at: '2022-10-29T13:10:00Z', bytes: 100 }];
const RETAIN_ALL = { RETAIN_WINDOWS_DAYS: '1', RETAIN_HOURS_DAYS: '1' };

let system: TestSystem;
beforeEach(async () => {
  system = await TestSystem.start();
  await system.worker.count(0, events);
  await system.worker.archive(0, events);
  await system.worker.noteEnds();
  await countNow();
});
afterEach(() => system.close());

async function batchLayer(args: readonly string[], env = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await system.batchLayer(args, env);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout;
}

async function json(args: readonly string[], env = {}): Promise<unknown> {
  return JSON.parse(await batchLayer([...args, '--output=json'], env));
}

const rows = (table: string) => system.rowsOf(`SELECT * FROM ${table}`);

/** Computes every due hour as final, and reconciles it. */
async function settled(): Promise<void> {
  await batchLayer(['run', '--due']);
  await batchLayer(['reconcile', '--due']);
}

/** Gives the newest counted event the present time, from which the retention counts. */
const countNow = () => system.rowsOf('UPDATE pipeline.position SET greatest_event_time = clock_timestamp()');

describe('retain', () => {
  it('removes nothing without a setting', async () => {
    await settled();
    expect(await batchLayer(['retain'])).toContain('neither RETAIN_WINDOWS_DAYS nor RETAIN_HOURS_DAYS is set');
    expect(await rows('bytes')).not.toEqual([]);
  });

  it('names the hour that is in the way', async () => {
    expect(await batchLayer(['retain'], RETAIN_ALL)).toContain('hour 2022-10-29T13 was archived and never computed');
    await batchLayer(['run', '--due']);
    expect(await batchLayer(['retain'], RETAIN_ALL)).toContain('hour 2022-10-29T13 was not reconciled');
    expect([await rows('bytes'), await rows('bytes_hourly')]).not.toContainEqual([]);
  });

  it('shows in a dry run how far the floors would rise', async () => {
    await settled();
    const shown = await json(['retain', '--dry-run'], RETAIN_ALL);
    expect(shown).toMatchObject([
      { kind: 'windows', in_the_way: '' },
      { kind: 'hours', in_the_way: '' },
    ]);
    expect(await rows('bytes')).not.toEqual([]);
  });

  it('removes rows whose hours are final, computed and reconciled, and keeps days, certificates and archive', async () => {
    await settled();
    expect(await json(['retain'], RETAIN_ALL)).toMatchObject([
      { kind: 'windows', removed: expect.stringContaining('bytes_before') as string, not_removed: '' },
      { kind: 'hours', removed: expect.stringContaining('bytes_hourly_before') as string, not_removed: '' },
    ]);
    for (const table of ['bytes', 'bytes_hourly', 'pipeline.user_hour_usage']) expect(await rows(table)).toEqual([]);
    expect(await system.rowsOf(`SELECT value FROM pipeline.usage_daily WHERE type = 'user_total_bytes'`)).toEqual([
      { value: '12' },
    ]);
    await batchLayer(['verify', ...HOUR]);
    await batchLayer(['certificate', '--all']);
  });
});

describe('after retention has removed an hour', () => {
  beforeEach(async () => {
    await settled();
    await batchLayer(['run', '--due'], RETAIN_ALL);
    expect(await rows('bytes_hourly')).toEqual([]);
  });

  it('late events of it are archived and counted in the ledger, and explained to the byte', async () => {
    await system.worker.count(0, late);
    await system.worker.archive(0, late);
    await batchLayer(['run', '--due'], RETAIN_ALL);
    expect([await rows('bytes'), await rows('bytes_hourly')]).toEqual([[], []]);
    expect(await json(['reconcile', '--due'])).toMatchObject(
      [1, 2, 3].map(() => ({ difference: 0, archived_since_run: 100, below_floor: -100, unexplained: 0 })),
    );
    expect(await batchLayer(['retain'], RETAIN_ALL)).toContain('1 events of 100 bytes came below the floor');
    expect(await json(['status', '--all'])).toMatchObject([{ hour: '2022-10-29T13', dirty: false, below_floor: true }]);
  });

  it('it is not computed again', async () => {
    const { exitCode, stderr } = await system.batchLayer(['run', ...HOUR]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('HOUR_BELOW_FLOOR: hour 2022-10-29T13 is below the retention floor') as string,
    });
  });

  it('its archived events are still explained', async () => {
    const shown = await batchLayer(['explain', ...HOUR, '--user=ana']);
    expect(shown).toContain('12 archived: 2 events in 1 of 1 files');
    expect(shown).toContain('results of that age are removed by retention');
  });
});
