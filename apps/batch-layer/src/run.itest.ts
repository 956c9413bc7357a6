import { cp, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestEvent } from './testing/test-worker.ts';
import { TestSystem } from './testing/test-system.ts';

const FEDE = '00000000-0000-0000-0000-000000000004';
const ONE_HOUR = ['run', '--date=2022-10-29', '--hour=13'];

function at(time: string, event: Omit<TestEvent, 'at'> = {}): TestEvent {
  return { at: `2022-10-29T${time}Z`, ...event };
}

let system: TestSystem;
beforeEach(async () => {
  system = await TestSystem.start();
});
afterEach(() => system.close());

const hourly = () =>
  system.rowsOf<{ row: string }>(`
    SELECT concat_ws(' ', timestamp, type, id, value) AS row FROM bytes_hourly ORDER BY timestamp, type, id`);
const hourlyTexts = async () => (await hourly()).map(({ row }) => row);
const runs = () => system.rowsOf('SELECT * FROM pipeline.batch_run ORDER BY id');

describe('an hour in the archive', () => {
  it('is computed into bytes_hourly, and its users over quota into user_quota_limit', async () => {
    await system.worker.archive(0, [at('13:00:00'), at('13:30:00', { bytes: 5001, id: FEDE, app: 'TELEGRAM' })]);
    await system.worker.archive(1, [at('13:59:59.999', { bytes: 1, antennaId: 'other' }), at('14:00:00')]);
    const { exitCode, stdout } = await system.batchLayer(ONE_HOUR);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/2022-10-29T13 │ written .* 2 .* 3 .* 5,007 .* 6 .* 1 .* 1 /);
    expect(await hourlyTexts()).toEqual([
      '2022-10-29 13:00:00 antenna_total_bytes antenna 5006',
      '2022-10-29 13:00:00 antenna_total_bytes other 1',
      '2022-10-29 13:00:00 app_total_bytes SKYPE 6',
      '2022-10-29 13:00:00 app_total_bytes TELEGRAM 5001',
      `2022-10-29 13:00:00 user_total_bytes ${FEDE} 5001`,
      '2022-10-29 13:00:00 user_total_bytes ana 6',
    ]);
    expect(await system.rowsOf('SELECT * FROM user_quota_limit')).toEqual([
      { email: 'fede@gmail.com', usage: '5001', quota: '5000', timestamp: '2022-10-29 13:00:00' },
    ]);
    expect(await runs()).toMatchObject([{ revision: '2', events: '3', event_bytes: '5007', was_final: false }]);
  });

  it('has its result replaced after late events', async () => {
    await system.worker.archive(0, [at('13:00:00', { id: FEDE, bytes: 5000 })]);
    await system.batchLayer(ONE_HOUR);
    expect(await system.rowsOf('SELECT * FROM user_quota_limit')).toEqual([]);
    await system.worker.archive(0, [at('17:00:00'), at('13:00:01', { id: FEDE, bytes: 1 })]);
    expect((await system.batchLayer(['run', '--due'])).exitCode).toBe(0);
    expect(await hourlyTexts()).toContain(`2022-10-29 13:00:00 user_total_bytes ${FEDE} 5001`);
    expect(await hourlyTexts()).toContain('2022-10-29 17:00:00 user_total_bytes ana 5');
    expect(await system.rowsOf('SELECT usage FROM user_quota_limit')).toEqual([{ usage: '5001' }]);
  });

  it('has the same result after two concurrent runs', async () => {
    await system.worker.archive(0, [at('13:00:00', { id: FEDE, bytes: 5001 })]);
    const ended = await Promise.all([system.batchLayerProcess(ONE_HOUR), system.batchLayerProcess(ONE_HOUR)]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(await hourlyTexts()).toHaveLength(3);
    expect(await system.rowsOf('SELECT usage FROM user_quota_limit')).toEqual([{ usage: '5001' }]);
    expect(await runs()).toHaveLength(2);
  });

  it('is computed without the files of a chunk whose intent is open', async () => {
    await system.worker.archive(0, [at('13:00:00')]);
    await system.worker.abandon(1, [at('13:00:00')]);
    expect((await system.batchLayer(ONE_HOUR)).exitCode).toBe(0);
    expect(await runs()).toMatchObject([{ events: '1' }]);
  });

  it('is shown and not written by a dry run', async () => {
    await system.worker.archive(0, [at('13:00:00', { id: FEDE, bytes: 5001 })]);
    const { exitCode, stdout } = await system.batchLayer([...ONE_HOUR, '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/fede@gmail\.com │ 5,001 │ 5,000/);
    expect(stdout).toMatch(new RegExp(`user_total_bytes +│ ${FEDE} │ 5,001`));
    expect(stdout).toContain('not written');
    expect([await hourlyTexts(), await runs()]).toEqual([[], []]);
  });
});

describe('an hour computed with --require-final', () => {
  it('is refused with exit code 3 while a partition lags, and written once the archive has caught up', async () => {
    await system.worker.archive(0, [at('13:00:00')]);
    await system.worker.noteEnds(1);
    const early = await system.batchLayerProcess([...ONE_HOUR, '--require-final']);
    expect(early).toMatchObject({ exitCode: 3, stdout: '' });
    expect(early.stderr).toContain('HOUR_NOT_FINAL: hour 2022-10-29T13 is not final');
    expect(early.stderr).toContain('partition 0 of devices (nothing archived)');
    expect([await hourlyTexts(), await runs()]).toEqual([[], []]);

    await system.worker.noteEnds();
    expect((await system.batchLayer([...ONE_HOUR, '--require-final'])).exitCode).toBe(0);
    expect(await runs()).toMatchObject([{ was_final: true }]);
  });
});

describe('a run over an archive that contradicts the manifest', () => {
  let path: string;
  beforeEach(async () => {
    const [file] = await system.worker.archive(0, [at('13:00:00')]);
    path = file?.path ?? '';
    await system.worker.archive(1, [at('14:00:00')]);
  });

  async function refused(fact: string) {
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(fact) as string });
    expect([await hourlyTexts(), await runs()]).toEqual([[], []]);
  }

  it('fails when a file is missing', async () => {
    await rm(join(system.archiveFolder, path));
    await refused(`${path} is missing`);
  });

  it('fails when a file is truncated', async () => {
    await truncate(join(system.archiveFolder, path), 100);
    await refused(`${path} has 100 bytes instead of`);
  });

  it('fails when there is a file that the manifest does not list', async () => {
    const copy = path.replace('devices-0', 'devices-9');
    await cp(join(system.archiveFolder, path), join(system.archiveFolder, copy));
    await refused(`${copy} is known neither to the manifest nor to an open intent`);
  });

  it('still computes the other hours of a range', async () => {
    await rm(join(system.archiveFolder, path));
    const range = ['run', '--from=2022-10-29T12', '--to=2022-10-29T15'];
    const { exitCode, stdout, stderr } = await system.batchLayer(range);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/T12 │ no events[^]*T13 │ failed[^]*T14 │ written/);
    expect(stdout).toContain(`2022-10-29T13 failed: ARCHIVE_LISTING: `);
    expect(stderr).toContain('HOURS_FAILED: 1 of 3 hours were not computed: 2022-10-29T13');
    expect(await hourlyTexts()).toHaveLength(3);
  });

  it('fails when the database belongs to another archive', async () => {
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR, { ARCHIVE_URL: 'file:///tmp' });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('OTHER_STREAM: topic devices is archived at file://');
  });
});

it('an hour in the future is reported as not begun, and ends with exit code 3 under --require-final', async () => {
  await system.worker.archive(0, [at('13:00:00')]);
  await system.worker.noteEnds();
  const future = ['run', '--date=2199-01-01', '--hour=5'];
  const run = await system.batchLayer(future);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toMatch(/2199-01-01T05 │ no events │ no /);
  expect(run.stdout).toMatch(/2199-01-01T05 is not final: it begins only at 2199-01-01T05:00:00.000Z, and it is 20/);
  expect(await system.batchLayer([...future, '--require-final'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('HOUR_NOT_FINAL: hour 2199-01-01T05 is not final: it begins only at') as string,
  });
});

it('an hour without archived events is reported as such, and its tables are not changed', async () => {
  const { exitCode, stdout } = await system.batchLayer(ONE_HOUR);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('2022-10-29T13 has no events in the archive');
  expect(await runs()).toEqual([]);
});
