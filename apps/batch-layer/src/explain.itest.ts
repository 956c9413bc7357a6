import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TestSystem, writeInt96Event } from './testing/test-system.ts';

const HOUR = ['--date=2022-10-29', '--hour=13'];
const FEDE = '00000000-0000-0000-0000-000000000004';
const EXPLAIN = ['explain', ...HOUR, `--user=${FEDE}`];
const events = [
  { at: '2022-10-29T13:00:00Z', id: FEDE, bytes: 6_000 },
  { at: '2022-10-29T13:59:59Z', id: 'ana', bytes: 7 },
  { at: '2022-10-29T13:04:59.999Z', id: FEDE, bytes: 5, app: 'SKYPE', antennaId: 'north' },
];
const late = [{ at: '2022-10-29T13:31:00Z', id: FEDE, bytes: 100 }];

interface Fact {
  readonly part: string;
  readonly name: string;
  readonly bytes: number | null;
  readonly events: number | null;
  readonly detail: string | null;
}

let system: TestSystem;
afterEach(() => system.close());

async function computed(): Promise<string> {
  const [started, path] = await TestSystem.withComputedHour(HOUR, events);
  system = started;
  return path;
}

async function explained(options: readonly string[] = EXPLAIN): Promise<readonly Fact[]> {
  const { exitCode, stdout } = await system.batchLayer([...options, '--output=json']);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as Fact[];
}

describe('explain', () => {
  it('shows twelve windows, the run, the quota and the files with their offsets', async () => {
    const path = await computed();
    const facts = await explained();
    const windows = facts.filter(({ part }) => part === 'window');
    expect(windows).toHaveLength(12);
    expect(windows[0]).toMatchObject({ name: '2022-10-29T13:00:00Z', bytes: 6_005, events: 2, detail: '' });
    expect(windows[1]).toMatchObject({ bytes: 0, events: 0 });
    expect(facts).toContainEqual(expect.objectContaining({ part: 'speed layer', bytes: 6_005 }));
    expect(facts).toContainEqual(
      expect.objectContaining({
        part: 'batch layer',
        bytes: 6_005,
        detail: expect.stringMatching(/^run 1 at /) as string,
      }),
    );
    expect(facts).toContainEqual(
      expect.objectContaining({ part: 'quota', bytes: 5_000, detail: 'exceeded, by the hour of the batch layer' }),
    );
    expect(facts.filter(({ part }) => part === 'file')).toEqual([
      expect.objectContaining({
        ...{ name: path, bytes: 6_005, events: 2, partition: 0, first_offset: 0, last_offset: 2 },
        detail: 'read by the last run',
      }),
    ]);
  });

  it('explains an app and an antenna likewise, without a quota', async () => {
    await computed();
    for (const number of ['--app=SKYPE', '--antenna=north']) {
      const facts = await explained(['explain', ...HOUR, number]);
      expect(facts.filter(({ part }) => part === 'quota')).toEqual([]);
      expect(facts.find(({ part }) => part === 'batch layer')?.bytes).toBe(number === '--app=SKYPE' ? 6_012 : 5);
    }
  });

  it('lists the events themselves by time, up to a number', async () => {
    const path = await computed();
    const rows = await explained([...EXPLAIN, '--events']);
    expect(rows).toEqual([
      {
        ...{ time: '2022-10-29T13:00:00.000Z', user: FEDE, antenna: 'antenna', app: 'SKYPE', bytes: 6_000 },
        ...{ partition: 0, offset: 0, file: path },
      },
      {
        ...{ time: '2022-10-29T13:04:59.999Z', user: FEDE, antenna: 'north', app: 'SKYPE', bytes: 5 },
        ...{ partition: 0, offset: 2, file: path },
      },
    ]);
    const { stdout } = await system.batchLayer([...EXPLAIN, '--events', '--most-events=1']);
    expect(stdout).toContain('the first 1 of 2 events');
  });

  it('shows events that were archived after the hour was computed, and the correction once it is computed again', async () => {
    await computed();
    await system.worker.noteEnds();
    await system.batchLayer(['run', ...HOUR]);
    await system.worker.count(0, late);
    await system.worker.archive(0, late);
    expect((await explained()).filter(({ part }) => part === 'file').map(({ detail }) => detail)).toEqual([
      'read by the last run',
      'not read by a run yet',
    ]);
    await system.batchLayer(['run', ...HOUR]);
    const corrections = (await explained()).filter(({ part }) => part === 'correction');
    expect(corrections).toMatchObject([{ bytes: 6_105, detail: expect.stringMatching(/^was 6,005, /) as string }]);
  });

  it('says that an hour is not computed and not archived yet', async () => {
    system = await TestSystem.start();
    await system.worker.count(0, events);
    const { exitCode, stdout } = await system.batchLayer(EXPLAIN);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('6,005 bytes by the speed layer, none by the batch layer, 0 archived');
    expect(stdout).toMatch(/user_metadata +│ 5,000 .* exceeded, by the windows of the speed layer/);
    expect(stdout).toContain('the batch layer has not computed the hour yet');
    expect(stdout).toContain('no event of the hour is archived yet');
    expect(stdout).toContain('3 events of the whole hour are counted and not archived yet');
  });

  it('refuses an unknown id and an unknown hour with a sentence', async () => {
    await computed();
    const id = await system.batchLayer(['explain', ...HOUR, '--user=nobody']);
    expect(id.exitCode).toBe(1);
    expect(id.stderr).toMatch(/^NOTHING_TO_EXPLAIN: user "nobody" has no event in hour 2022-10-29T13/);
    const hour = await system.batchLayer(['explain', '--date=2022-10-28', '--hour=3', '--user=nobody']);
    expect(hour.exitCode).toBe(1);
    expect(hour.stderr).toMatch(/^NOTHING_TO_EXPLAIN: no event of hour 2022-10-28T03 was ever counted or archived/);
  });

  it('reads the files of a foreign archive literally', async () => {
    system = await TestSystem.start();
    const folder = join(system.archiveFolder, 'year=2022/month=10/day=29/hour=13');
    await mkdir(folder, { recursive: true });
    await writeInt96Event(join(folder, 'a [b]*.parquet'), Date.UTC(2022, 9, 29, 13, 10), 55);
    const { exitCode, stdout } = await system.batchLayer(['explain', ...HOUR, '--user=int96']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/file +│ year=2022\/month=10\/day=29\/hour=13\/a \[b\]\*\.parquet │ 55 +│/);
    expect(stdout).toContain('the archive is foreign: no manifest lists its files');
  });

  it('finds the events in a bucket', async () => {
    system = await TestSystem.start('bucket');
    await system.worker.count(0, events);
    await system.worker.archive(0, events);
    // A separate process, since its environment names the bucket's server.
    const { exitCode, stdout, stderr } = await system.batchLayerProcess([...EXPLAIN, '--output=csv']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^file,year=2022.*parquet,6005,2,0,0,2,not read by a run yet$/m);
  });

  it('refuses more or less than one number', async () => {
    system = await TestSystem.start();
    for (const options of [[], ['--user=a', '--app=b']]) {
      const { exitCode, stderr } = await system.batchLayer(['explain', ...HOUR, ...options]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('name exactly one number');
    }
  });
});
