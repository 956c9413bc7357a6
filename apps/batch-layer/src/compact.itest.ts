import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import parquetjs from '@dsnp/parquetjs';
import { temporaryFolder, type TemporaryFolder, testBucket } from '@antenna/test-kit';
import { execa } from 'execa';
import { TestSystem } from './testing/test-system.ts';
import type { TestEvent } from './testing/test-worker.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const FOLDER = 'year=2022/month=10/day=29/hour=13';
const ONE_HOUR = ['compact', '--date=2022-10-29', '--hour=13'];
const DUE = ['compact', '--due'];

let system: TestSystem;
let folder: TemporaryFolder;
let env: Readonly<Record<string, string>>;

/** Events of users b and a in turn, so that none of the files is sorted. */
function events(count: number, first = 0): readonly TestEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    at: new Date(Date.UTC(2022, 9, 29, 13, 30) - (first + index) * 1000).toISOString(),
    id: index % 2 === 0 ? 'b' : 'a',
    bytes: first + index,
  }));
}

interface Compacted {
  readonly names: readonly string[];
  readonly rows: readonly string[];
}

/** The compacted files of the hour as an analyst sees them: their names, and id, partition and offset of every row. */
async function found(): Promise<Compacted> {
  const files = await filesOf();
  const rows: string[] = [];
  for (const { bytes } of files) {
    const reader = await parquetjs.ParquetReader.openBuffer(bytes);
    const cursor = reader.getCursor();
    for (let row = await cursor.next(); row !== null; row = await cursor.next()) {
      const { id, kafka_partition: partition, kafka_offset: offset } = row as Record<string, unknown>;
      rows.push(`${String(id)} ${String(partition)}/${String(offset)}`);
    }
    await reader.close();
  }
  return { names: files.map(({ name }) => name), rows };
}

let filesOf: () => Promise<readonly { readonly name: string; readonly bytes: Buffer }[]>;

async function onDisk(): Promise<void> {
  system = await TestSystem.start();
  env = { ANALYTICS_URL: `file://${folder.path}` };
  filesOf = async () => {
    const names = await readdir(join(folder.path, FOLDER)).catch(() => []);
    return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder.path, FOLDER, name)) })));
  };
}

async function inBucket(): Promise<void> {
  system = await TestSystem.start('bucket');
  const { url, endpoint } = await testBucket();
  env = { ANALYTICS_URL: `${url}/compacted` };
  const objects = `${endpoint}/storage/v1/b/${url.replace('gs://', '')}/o`;
  filesOf = async () => {
    const listed = (await (await fetch(objects)).json()) as { readonly items?: readonly { readonly name: string }[] };
    return Promise.all(
      (listed.items ?? []).map(async ({ name }) => {
        expect(name.startsWith(`compacted/${FOLDER}/`)).toBe(true);
        const response = await fetch(`${objects}/${encodeURIComponent(name)}?alt=media`);
        return { name: name.slice(`compacted/${FOLDER}/`.length), bytes: Buffer.from(await response.arrayBuffer()) };
      }),
    );
  };
}

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await system.close();
  await folder.close();
});

describe.each([
  ['on a local disk', onDisk],
  ['in a bucket', inBucket],
])('a final hour %s', (_, start) => {
  beforeEach(async () => {
    await start();
    await system.worker.archive(0, events(3));
    await system.worker.archive(0, events(2, 3));
    await system.worker.archive(1, events(2, 5));
    await system.worker.noteEnds();
  });

  it('is compacted into one file that holds each event once, sorted by user and time', async () => {
    const { exitCode, stdout } = await system.batchLayer(ONE_HOUR, env);
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('compacted') as string });
    expect(await found()).toEqual({
      names: ['devices.parquet'],
      rows: ['a 1/1', 'a 0/4', 'a 0/1', 'b 1/0', 'b 0/3', 'b 0/2', 'b 0/0'],
    });
  });

  it('is not written again by a second run', async () => {
    await system.batchLayer(DUE, env);
    const before = await filesOf();
    expect((await system.batchLayer(DUE, env)).stdout).toBe('every final hour is compacted\n');
    expect((await system.batchLayer(ONE_HOUR, env)).stdout).toContain('is current');
    expect(await filesOf()).toEqual(before);
  });

  it('is compacted again into the same file after a late event', async () => {
    await system.batchLayer(DUE, env);
    await system.worker.archive(1, [{ at: '2022-10-29T13:00:00Z', id: 'late' }]);
    await system.worker.noteEnds();
    expect((await system.batchLayer(DUE, env)).exitCode).toBe(0);
    const { names, rows } = await found();
    expect(names).toEqual(['devices.parquet']);
    expect(rows).toHaveLength(8);
    expect(rows.at(-1)).toBe('late 1/2');
  });

  it('is one file after several concurrent runs have compacted it', async () => {
    const ended = await Promise.all(Array.from({ length: 3 }, () => system.batchLayer(ONE_HOUR, env)));
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(new Set((await found()).rows).size).toBe(7);
    expect((await found()).rows).toHaveLength(7);
  });

  it('is complete or absent when a run is killed at any moment, and complete after the next run', async () => {
    for (const lifeMs of [600, 900, 1200, 1500, 2000, 2600]) {
      const run = execa(process.execPath, [MAIN, ...ONE_HOUR], {
        env: { ...system.environment, ...env, NODE_OPTIONS: '' },
        reject: false,
      });
      await Promise.race([run, delay(lifeMs)]);
      run.kill('SIGKILL');
      await run;
      expect([0, 7]).toContain((await found()).rows.length);
    }
    expect((await system.batchLayer(ONE_HOUR, env)).exitCode).toBe(0);
    expect(new Set((await found()).rows).size).toBe(7);
    expect((await found()).rows).toHaveLength(7);
  });

  it('is not published when a file of the archive contradicts the manifest', async () => {
    await system.rowsOf('UPDATE pipeline.archive_file SET row_count = row_count + 1 WHERE start_offset = 3');
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR, env);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/COMPACTION_CONTRADICTION: .*000000000003-.*parquet has 2 rows instead of 3/);
    expect(await found()).toEqual({ names: [], rows: [] });
  });

  it('whose files a restored manifest does not list is named, and its compacted file stays', async () => {
    await system.batchLayer(DUE, env);
    await system.rowsOf('DELETE FROM pipeline.archive_file');
    const { exitCode, stderr } = await system.batchLayer(DUE, env);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^UNKNOWN_COMPACTION: hour 2022-10-29T13 has a compacted file of topic devices/,
      ) as string,
    });
    expect((await found()).rows).toHaveLength(7);
  });

  it('is not overwritten by the batch layer of another archive', async () => {
    await system.batchLayer(ONE_HOUR, env);
    const another = await TestSystem.start();
    try {
      await another.worker.archive(0, events(7));
      await another.worker.noteEnds();
      const { exitCode, stderr } = await another.batchLayer(ONE_HOUR, {
        ...system.environment,
        ...env,
        ...another.environment,
      });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('ANALYTICS_CONFLICT');
    } finally {
      await another.close();
    }
    expect((await found()).rows).toHaveLength(7);
  });
});

describe('compact refuses', () => {
  beforeEach(onDisk);

  it('an hour that is not final, with exit code 3, and --due leaves that hour out', async () => {
    await system.worker.archive(0, events(3));
    await system.worker.noteEnds(1);
    expect((await system.batchLayer(ONE_HOUR, env)).exitCode).toBe(3);
    expect((await system.batchLayer(DUE, env)).stdout).toBe('every final hour is compacted\n');
    expect(await found()).toEqual({ names: [], rows: [] });
  });

  it('an archive without a manifest', async () => {
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR, env);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('NO_MANIFEST');
  });

  it('an analytics root inside the archive', async () => {
    const inside = { ANALYTICS_URL: `file://${system.archiveFolder}/compacted` };
    const { exitCode, stderr } = await system.batchLayer(ONE_HOUR, inside);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('SHARED_ROOT');
  });
});
