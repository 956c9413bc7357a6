import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tablesNaming, temporaryFolder, until } from '@antenna/test-kit';
import { TestSystem } from './testing/test-system.ts';
import type { TestEvent } from './testing/test-worker.ts';

/** Two of the initial users. The quota of the first one is 5,000 bytes. */
const FEDE = '00000000-0000-0000-0000-000000000004';
const PACO = '00000000-0000-0000-0000-000000000002';
const RANGE = ['--from=2022-10-29T13', '--to=2022-10-29T15'];
const ONE_HOUR = ['--date=2022-10-29', '--hour=13'];
const ERASE = ['erase', `--user=${FEDE}`, '--wait=0'];

/** The only table that may name an erased user: it says that initial users were added once. */
const KNOWN_ANYWAY = ['pipeline.initial_user'];

let system: TestSystem;
afterEach(() => system.close());

/** Events of five users in two hours; every chunk has events of each user in both. */
function events(chunk: number): readonly TestEvent[] {
  return Array.from({ length: 20 }, (_, index) => ({
    at: new Date(Date.UTC(2022, 9, 29, 13 + (index % 2), 5 * (index % 12), chunk)).toISOString(),
    id: [FEDE, PACO, 'ana', 'bob', 'eva'][index % 5] ?? '',
    bytes: 1_000 + 100 * chunk + index,
    antennaId: `antenna ${index % 3}`,
    app: index % 2 === 0 ? 'SKYPE' : 'FACETIME',
  }));
}

function bytesOf(chunk: number): number {
  return events(chunk).reduce((sum, { bytes = 0 }) => sum + bytes, 0);
}

async function stored(chunk: number): Promise<void> {
  await system.worker.count(chunk % 2, events(chunk));
  await system.worker.archive(chunk % 2, events(chunk));
}

/** Starts a system, and counts, archives, computes and certifies all events. */
async function aComputedSystem(storage: 'disk' | 'bucket' = 'disk'): Promise<void> {
  system = await TestSystem.start(storage);
  for (const chunk of [0, 1, 2, 3]) await stored(chunk);
  await system.worker.noteEnds();
  await succeeds(['run', ...RANGE]);
}

async function succeeds(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string> {
  // A bucket's server is named by the environment of the process.
  const isBucket = 'STORAGE_EMULATOR_HOST' in system.environment;
  const ended = await (isBucket ? system.batchLayerProcess(args, env) : system.batchLayer(args, env));
  expect({ args, exitCode: ended.exitCode, stderr: ended.stderr }).toEqual({ args, exitCode: 0, stderr: '' });
  return ended.stdout;
}

/** Reads all totals, and adds up the bytes of these users under the empty id, as an erasure does. */
function totalsWithout(...ids: readonly string[]): Promise<readonly unknown[]> {
  const erased = `CASE WHEN id IN (${ids.map((id) => `'${id}'`).join(', ')}) THEN '' ELSE id END`;
  const sums = (table: string) =>
    `SELECT '${table}' AS "table", "timestamp"::text, type, ${erased} AS id, sum(value)::text AS value
     FROM public.${table} GROUP BY 1, 2, 3, 4`;
  return system.rowsOf(`${sums('bytes')} UNION ALL ${sums('bytes_hourly')} ORDER BY 1, 2, 3, 4`);
}

/** Checks that the archive agrees with the manifest and with the totals, and that the chain of certificates holds. */
async function expectProven(): Promise<void> {
  expect(await succeeds(['verify', ...RANGE])).toContain('as listed');
  await succeeds(['reconcile', ...RANGE, '--read-files']);
  await succeeds(['certificate', '--all']);
}

/** Checks that no table names these users, and that a run that reads the files again changes no total. */
async function expectErased(before: readonly unknown[], ...ids: readonly string[]): Promise<void> {
  for (const id of ids) expect(await tablesNaming(system.databaseUrl, id)).toEqual(KNOWN_ANYWAY);
  expect(await totalsWithout(...ids)).toEqual(before);
  await succeeds(['run', ...RANGE]);
  expect(await totalsWithout(...ids)).toEqual(before);
  for (const id of ids) expect(await tablesNaming(system.databaseUrl, id)).toEqual(KNOWN_ANYWAY);
  expect(await system.rowsOf('SELECT FROM pipeline.archive_replacement')).toEqual([]);
  await expectProven();
}

describe.each(['disk', 'bucket'] as const)('a user who is erased from an archive on a %s', (storage) => {
  it('is in no file and no table, and every other number is as before', async () => {
    await aComputedSystem(storage);
    const before = await totalsWithout(FEDE);
    expect(await tablesNaming(system.databaseUrl, FEDE)).toEqual(
      expect.arrayContaining(['pipeline.quota_event', 'public.bytes', 'public.bytes_hourly', 'public.user_metadata']),
    );
    const report = await succeeds(ERASE, system.operatorEnvironment);
    expect(report).toMatch(/files that were rewritten +│ 8 /);
    expect(report).toMatch(/events that lost their id +│ 16 /);
    expect(report).not.toContain(FEDE);
    await expectErased(before, FEDE);
    expect(await tablesNaming(system.databaseUrl, 'fede@')).toEqual([]);
    expect(await succeeds(ERASE, system.operatorEnvironment)).toContain('no file and no total has the user');
  });
});

describe('an erasure', () => {
  it('says in every report what it has changed', async () => {
    await aComputedSystem();
    const folder = await temporaryFolder();
    try {
      const first = join(folder.path, 'certificate.json');
      await writeFile(first, await succeeds(['certificate', ...ONE_HOUR, '--output=json']));
      await succeeds(ERASE, system.operatorEnvironment);
      expect(await succeeds(['certificate', ...ONE_HOUR])).toContain('a person was erased from the hour since');
      const outdated = await system.batchLayer(['verify', `--certificate=${first}`]);
      expect(outdated.exitCode).toBe(1);
      expect(outdated.stderr).toContain(
        'has 2 events of erased persons instead of 0 (batch-layer:erase rewrites files',
      );
      await succeeds(['run', '--due']);
      expect(await succeeds(['certificate', ...ONE_HOUR])).toContain('8 events are of erased persons');
      await writeFile(first, await succeeds(['certificate', ...ONE_HOUR, '--output=json']));
      expect(await succeeds(['verify', `--certificate=${first}`])).toContain('as certified');
      const unknown = await system.batchLayer(['explain', ...ONE_HOUR, `--user=${FEDE}`]);
      expect(unknown.stderr).toMatch(/^NOTHING_TO_EXPLAIN: user ".*" has no event in hour 2022-10-29T13/);
    } finally {
      await folder.close();
    }
  });

  it('makes the compacted files of its hours outdated, and the next compaction replaces them', async () => {
    await aComputedSystem();
    const folder = await temporaryFolder();
    try {
      const env = { ANALYTICS_URL: `file://${folder.path}` };
      await succeeds(['compact', '--due'], env);
      await succeeds(ERASE, system.operatorEnvironment);
      expect(await succeeds(['compact', '--due'], env)).toContain('compacted');
      expect(await succeeds(['compact', '--due'], env)).toContain('every final hour is compacted');
    } finally {
      await folder.close();
    }
  });

  it.each(
    ['begin', 'propose', 'settle', 'hour', 'records'].flatMap((step) => [
      `before:erasure-${step}:1`,
      `after:erasure-${step}:1`,
    ]),
  )('can be killed %s, and run again', async (failpoint) => {
    await aComputedSystem();
    const before = await totalsWithout(FEDE);
    const { signal, all } = await system.startErasure(FEDE, failpoint);
    expect({ signal, all }).toEqual({ signal: 'SIGKILL', all: `failpoint ${failpoint} reached` });
    await succeeds(ERASE, system.operatorEnvironment);
    await expectErased(before, FEDE);
  });

  it('that was killed between two steps holds up the runs of one hour only, until any other erasure', async () => {
    await aComputedSystem();
    await system.startErasure(FEDE, 'before:erasure-settle:1');
    const held = await system.batchLayer(['run', ...RANGE]);
    expect(held.exitCode).toBe(3);
    expect(held.stdout).toContain('HOUR_BEING_ERASED');
    expect(held.stderr).toMatch(/1 of 2 hours were not computed: 2022-10-29T13/);
    const { stdout } = await system.batchLayer(['verify', ...RANGE]);
    expect(stdout).toContain('is being rewritten by batch-layer:erase');
    await succeeds(['erase', '--user=nobody', '--wait=0'], system.operatorEnvironment);
    await succeeds(['run', ...RANGE]);
    await expectProven();
  });

  it.each(['after:erasure-propose:1', 'before:erasure-settle:1'])(
    'that freezes %s changes nothing when it wakes after others have erased the same and another user',
    async (failpoint) => {
      await aComputedSystem();
      const before = await totalsWithout(FEDE, PACO);
      const frozen = system.startErasure(FEDE, failpoint, 'SIGSTOP');
      let output = '';
      frozen.all.on('data', (data: Buffer) => (output += data.toString()));
      await until(() => output.includes('reached'), { what: 'freeze of the process', deadlineMs: 150_000 });
      await succeeds(['erase', `--user=${PACO}`, '--wait=0'], system.operatorEnvironment);
      await succeeds(ERASE, system.operatorEnvironment);
      frozen.kill('SIGCONT');
      expect((await frozen).exitCode).toBe(0);
      await expectErased(before, FEDE, PACO);
    },
  );

  it('beside workers, runs and compactions leaves what they count and archive meanwhile', async () => {
    await aComputedSystem();
    const folder = await temporaryFolder();
    try {
      const over = new AbortController();
      const working = (async () => {
        for (let chunk = 4; chunk < 10; chunk += 1) await stored(chunk);
        await system.worker.noteEnds();
      })();
      const running = (async () => {
        while (!over.signal.aborted) {
          await system.batchLayer(['run', '--due']);
          await system.batchLayer(['compact', '--due'], { ANALYTICS_URL: `file://${folder.path}` });
        }
      })();
      try {
        for (let round = 0; round < 3; round += 1) {
          await succeeds(['erase', `--user=${FEDE}`, '--wait=60'], system.operatorEnvironment);
        }
        await working;
      } finally {
        over.abort();
        await running;
      }
      // Events of the user that came after the last erasure had begun are counted as those of anyone.
      await succeeds(ERASE, system.operatorEnvironment);
      await succeeds(['run', ...RANGE]);
      await expectErased(await totalsWithout(FEDE), FEDE);
      const sum = Array.from({ length: 10 }, (_, chunk) => bytesOf(chunk)).reduce((total, bytes) => total + bytes, 0);
      for (const table of ['bytes', 'bytes_hourly']) {
        const sums = await system.rowsOf(`SELECT DISTINCT sum(value)::integer FROM public.${table} GROUP BY type`);
        expect(sums).toEqual([{ sum }]);
      }
    } finally {
      await folder.close();
    }
  });

  it('waits until what is counted is archived, and erases nothing before', async () => {
    await aComputedSystem();
    await system.worker.count(0, events(4));
    const { exitCode, stderr } = await system.batchLayer(ERASE, system.operatorEnvironment);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/^ERASURE_WAITS: /) as string,
    });
    expect(await tablesNaming(system.databaseUrl, FEDE)).toContain('public.user_metadata');
  });

  it('needs the rights of an operator: those of the batch layer do not suffice', async () => {
    await aComputedSystem();
    const { exitCode, stderr } = await system.batchLayer(ERASE);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^PERMISSION_DENIED: /);
    expect(stderr).not.toContain(FEDE);
  });

  it('goes on after a file that is not the one that the manifest lists, and keeps the records until it is mended', async () => {
    await aComputedSystem();
    await system.rowsOf(`UPDATE pipeline.archive_file SET checksum = 'x' WHERE path = (
      SELECT min(path) FROM pipeline.archive_file)`);
    const { exitCode, stdout, stderr } = await system.batchLayer(ERASE, system.operatorEnvironment);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/2022-10-29T13 failed: ERASURE_CONFLICT: .*hour=13\/devices-0-000000000000-/);
    expect(stdout).toContain('the user is not erased');
    expect(stdout).toMatch(/files that were rewritten +│ 7 /);
    expect(stderr).toContain('HOURS_FAILED: 1 of 2 hours were not erased');
    expect(await tablesNaming(system.databaseUrl, FEDE)).toContain('public.user_metadata');
  });
});
