import { join } from 'node:path';
import { copyBucket, streamDifferences, withArchive } from '@antenna/oracle';
import { endedWell, rowsOf, tablesNaming, testBucket, until } from '@antenna/test-kit';
import { backUp, type DatabaseBackup } from '../database-backup.ts';
import { type Failpoint, failpointText } from '../failpoint.ts';
import { ageStagingFiles, newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, hasClaimed, lastLine, serve, startBatch, startWorker, stop } from '../workers.ts';

const MOMENTS = ['before', 'after'] as const;
const STEPS = ['restore-begin', 'restore-copy', 'restore-note', 'restore-remove', 'restore-end'] as const;
const FAILPOINTS: readonly Failpoint[] = STEPS.flatMap((step) => MOMENTS.map((moment) => ({ moment, step, call: 1 })));

/** Long enough that a slow worker keeps its membership, short enough that the group soon expels a killed one. */
const CALM = { KAFKA_SESSION_TIMEOUT_MS: '6000' };

/** Chunks of another size than before the restore, so that the new files have other names than the lost ones. */
const OTHER_CHUNKS = { ARCHIVE_ROLL_ROWS: '700' };

const BEFORE = someRecords(31, 2_000);
const SINCE = someRecords(32, 3_000);
const ALL = [...BEFORE, ...SINCE];

let stream: Stream;
let backup: DatabaseBackup;

const settle = (failpoint?: Failpoint, environment = stream.environment) =>
  startWorker(['settle-restore', `--aside-url=file:${asideFolder()}`, '--by=test'], environment, failpoint);

const asideFolder = () => join(stream.archiveFolder, '..', 'aside');

async function settled(environment = stream.environment): Promise<string> {
  const { exitCode, stdout, all } = await settle(undefined, environment);
  expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' });
  return stdout;
}

async function filesIn(source: string): Promise<number> {
  const [row] = await rowsOf<{ files: number }>(
    stream.databaseUrl,
    `SELECT count(DISTINCT path)::integer AS files FROM ${source}`,
  );
  return row?.files ?? 0;
}

/** Files of the archive that the manifest does not list. */
const filesAside = () => filesIn('pipeline.set_aside_file');

const filesWithErasedEvents = () => filesIn('pipeline.archive_file WHERE erased_events > 0');

/** Two users with events in each archived hour. */
async function usersOfEveryHour(): Promise<readonly [string, string]> {
  const hoursOf = new Map<string, Set<number>>();
  const events = await withArchive(stream.archiveFolder, (archive) => archive.events());
  const hours = new Set(events.map(({ eventTimeMs }) => Math.floor(eventTimeMs / 3_600_000)));
  for (const { id, eventTimeMs } of events) {
    hoursOf.set(id, (hoursOf.get(id) ?? new Set()).add(Math.floor(eventTimeMs / 3_600_000)));
  }
  const [first = '', second = ''] = [...hoursOf].filter(([, own]) => own.size === hours.size).map(([id]) => id);
  return [first, second];
}

async function idsIn(folder: string): Promise<ReadonlySet<string>> {
  const events = await withArchive(folder, (archive) => archive.events());
  return new Set(events.map(({ id }) => id));
}

const rowsOfArchive = (folder: string) => withArchive(folder, (archive) => archive.eventCount());

/** A stream whose database is of an earlier time: with an open intent, of which one file exists. */
async function aRestoredStream(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  stream = await newStream({ partitions: 2, environment: { ...CALM, ...environment } });
  await send(stream, BEFORE);
  const died = await startWorker('drain', stream.environment, { moment: 'after', step: 'upload', call: 1 });
  expect(died.signal).toBe('SIGKILL');
  backup = await backUp(stream);
  await send(stream, SINCE);
  await ageStagingFiles(join(stream.archiveFolder, '.staging'));
  await drain(stream.environment);
}

async function close(): Promise<void> {
  await backup.close();
  await stream.close();
}

describe('a restore of the database that is settled by a command which is killed at each of its steps', () => {
  beforeAll(async () => {
    await aRestoredStream();
    await backup.restore();
  });

  afterAll(close);

  it.each(FAILPOINTS.map((failpoint) => [failpointText(failpoint), failpoint] as const))(
    'is not settled by a command that dies %s, and admits no worker',
    async (_name, failpoint) => {
      const { signal, all } = await settle(failpoint);
      expect({ signal, all: signal === 'SIGKILL' ? '' : all }).toEqual({ signal: 'SIGKILL', all: '' });
      const { exitCode, all: refusal } = await startWorker('drain', stream.environment);
      expect(exitCode).toBe(1);
      expect(refusal).toMatch(/RESTORE_UNSETTLED|OTHER_STREAM/);
    },
  );

  it('is settled by a run that ends, and the workers then count and archive everything exactly once', async () => {
    expect(await settled()).toMatch(/files that contradict the manifest +│ +0 /);
    expect(await filesAside()).toBeGreaterThan(3);
    await drain({ ...stream.environment, ...OTHER_CHUNKS });
    expect(await streamDifferences(stream, ALL)).toEqual([]);
  });
});

describe('after a restore of the database, settle-restore', () => {
  afterEach(close);

  it('refuses while the group has a worker, also that of the database before the restore', async () => {
    await aRestoredStream();
    const worker = serve(stream.environment);
    await hasClaimed(worker);
    const ended = await settle();
    expect(lastLine(ended)).toMatch(/^GROUP_IN_USE: /);
    await stop(worker.worker);
    expect(await streamDifferences(stream, ALL)).toEqual([]);
  });

  it.each<Failpoint>([
    { moment: 'before', step: 'upload', call: 1 },
    { moment: 'after', step: 'upload', call: 2 },
    { moment: 'before', step: 'manifest', call: 1 },
  ])(
    'repairs, when it is run again, what a worker of the lost time that froze $moment $step has done when it thaws',
    async (failpoint) => {
      stream = await newStream({ partitions: 2, environment: CALM });
      await send(stream, BEFORE);
      await drain(stream.environment);
      backup = await backUp(stream);
      await send(stream, SINCE);
      const { worker, output } = serve({ ...stream.environment, FAILPOINT_SIGNAL: 'SIGSTOP' }, failpoint);
      await until(() => output().includes('reached'), { what: 'freeze of the worker', deadlineMs: 60_000 });
      await backup.restore();
      await until(async () => (await settle()).exitCode === 0, { what: 'settled restore', deadlineMs: 60_000 });
      await drain({ ...stream.environment, ...OTHER_CHUNKS });
      worker.kill('SIGCONT');
      const isRefused = () => /refused; claiming again|OTHER_STREAM/.test(output());
      await until(isRefused, { what: 'refusal of the worker that thawed', deadlineMs: 60_000 });
      worker.kill('SIGTERM');
      await worker;
      await settled();
      await drain(stream.environment);
      expect(await streamDifferences(stream, ALL)).toEqual([]);
    },
  );

  it('says that persons were erased since, and they are gone when they are erased again', async () => {
    await aRestoredStream();
    const [id = ''] = BEFORE.flatMap(({ fact }) => (typeof fact === 'string' ? [] : [fact.id]));
    const erase = (...flags: readonly string[]) =>
      startBatch(['erase', `--user=${id}`, '--wait=60', ...flags], stream.environment);
    expect((await erase()).exitCode).toBe(0);
    await backup.restore();
    expect(await settled()).toContain('persons were erased since the restored time');
    await drain(stream.environment);
    expect(await filesWithErasedEvents()).toBeGreaterThan(0);
    expect(await tablesNaming(stream.databaseUrl, id)).toContain('public.bytes');
    expect((await erase('--after-restore')).exitCode).toBe(0);
    expect(await tablesNaming(stream.databaseUrl, id)).not.toContain('public.bytes');
    const { exitCode, all } = await startBatch(
      ['verify', '--from=2022-10-29T11', '--to=2022-10-29T19'],
      stream.environment,
    );
    expect({ exitCode, all: exitCode === 0 ? '' : all }).toEqual({ exitCode: 0, all: '' });
  });

  it('leaves no compacted file of the lost time, also where the hour gets the same revision as in that time', async () => {
    stream = await newStream({ partitions: 1, environment: { ...CALM, ARCHIVE_ROLL_ROWS: '1000000' } });
    await send(stream, BEFORE);
    await drain(stream.environment);
    backup = await backUp(stream);
    // Two users of each of whom every hour has events: the erasure of one gives each hour the revision that the other gives it.
    const [first, second] = await usersOfEveryHour();
    const analytics = join(stream.archiveFolder, '..', 'analytics');
    const batch = (...args: readonly string[]) =>
      endedWell(startBatch(args, { ...stream.environment, ANALYTICS_URL: `file:${analytics}` }));
    await batch('erase', `--user=${first}`, '--wait=60');
    await batch('compact', '--due');
    expect(await idsIn(analytics)).toContain(second);
    await backup.restore();
    await settled();
    await batch('erase', `--user=${second}`, '--wait=60', '--after-restore');
    await batch('compact', '--due');
    const ids = await idsIn(analytics);
    expect(ids.size).toBeGreaterThan(10);
    expect([first, second].filter((id) => ids.has(id))).toEqual([]);
    expect(await rowsOfArchive(analytics)).toBe(await rowsOfArchive(stream.archiveFolder));
  });

  it('sets the objects of a bucket aside', async () => {
    const bucket = await testBucket();
    await aRestoredStream({ ARCHIVE_URL: `${bucket.url}/events`, STORAGE_EMULATOR_HOST: bucket.endpoint });
    await backup.restore();
    await settled();
    expect(await filesAside()).toBeGreaterThan(3);
    await drain({ ...stream.environment, ...OTHER_CHUNKS });
    await copyBucket(bucket.endpoint, new URL(bucket.url).hostname, stream.archiveFolder, 'events');
    expect(await streamDifferences(stream, ALL)).toEqual([]);
  });
});
