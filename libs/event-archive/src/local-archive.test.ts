import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hourFolder } from '@antenna/archive-format';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { DuckDBInstance } from '@duckdb/node-api';
import { freshHour, itKeepsTheContract, pathIn } from './archive-contract.ts';
import { ArchiveReader } from './archive-reader.ts';
import { openEventArchive } from './open-event-archive.ts';
import type { ParquetArchive } from './parquet-archive.ts';
import { itReplacesFiles } from './replacement-contract.ts';
import { ReducibleArchive } from './reducible-archive.ts';
import { RewritableArchive } from './rewritable-archive.ts';
import { aRow, columnsOf } from './rows-for-tests.ts';

let folder: TemporaryFolder;
let root: string;
let archive: ParquetArchive;
let rewritable: RewritableArchive;
let reader: ArchiveReader;
let restored: ReducibleArchive;
let hour: number;

beforeAll(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, 'not', 'there', 'yet');
  archive = await openEventArchive({ kind: 'file', path: root });
  rewritable = await RewritableArchive.open({ kind: 'file', path: root });
  reader = await ArchiveReader.open({ kind: 'file', path: root });
  restored = await ReducibleArchive.open({
    archive: { kind: 'file', path: root },
    aside: { kind: 'file', path: join(folder.path, 'aside') },
  });
});

beforeEach(() => {
  hour = freshHour();
});

afterAll(async () => {
  await archive.close();
  await rewritable.close();
  await folder.close();
});

const staged = () => readdir(join(root, '.staging'));

describe('an archive on a local disk', () => {
  itKeepsTheContract(() => ({ archive, reader, localFolder: join(folder.path, 'fetched') }));
  itReplacesFiles(() => ({ archive, rewritable, reader, restored }));

  it('copies nothing when files are fetched', async () => {
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    expect(await reader.fetchFiles([pathIn(hour)], '/nowhere', { concurrency: 1 })).toEqual([join(root, pathIn(hour))]);
  });

  it('leaves nothing in the staging folder', async () => {
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    await archive.read(pathIn(hour));
    expect(await staged()).toEqual([]);
  });

  it('does not list files that readers ignore', async () => {
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    const path = join(root, hourFolder(hour));
    for (const name of ['.x.parquet.crc', '_SUCCESS', 'x.parquet.tmp']) await writeFile(join(path, name), 'x');
    await mkdir(join(path, 'app=SKYPE'));
    expect((await reader.listHour(hour)).map(({ path }) => path)).toEqual([pathIn(hour)]);
  });

  it('is readable by DuckDB with partitions from its folder names', async () => {
    await archive.create(pathIn(hour), columnsOf([aRow({ id: 'me' })]));
    const connection = await (await DuckDBInstance.create()).connect();
    const found = await connection.runAndReadAll(
      `SELECT concat_ws('-', year, month, day, hour)
       FROM read_parquet('${root}/**/*.parquet', hive_partitioning = true) WHERE id = 'me'`,
    );
    connection.closeSync();
    const utc = new Date(hour);
    const partition = [utc.getUTCFullYear(), utc.getUTCMonth() + 1, utc.getUTCDate(), utc.getUTCHours()].join('-');
    expect(found.getRowsJson()).toEqual([[partition]]);
  });

  it('shows nothing of a file whose writer was killed before publishing it', async () => {
    expect(await killedBeforePublishing()).toBe('SIGKILL');
    const [left] = await staged();
    expect(await archive.exists(pathIn(hour))).toBe(false);
    expect(await reader.listHour(hour)).toEqual([]);
    expect(await archive.create(pathIn(hour), columnsOf([aRow()]))).toBeDefined();
    await rm(join(root, '.staging', left!));
  });

  it('removes staged files older than a day when it is opened, and no younger ones', async () => {
    const [old, young] = ['old.tmp', 'young.tmp'].map((name) => join(root, '.staging', name));
    await writeFile(old!, 'x');
    await writeFile(young!, 'x');
    const dayAndAHourAgo = Date.now() / 1000 - 25 * 3600;
    await utimes(old!, dayAndAHourAgo, dayAndAHourAgo);
    await (await openEventArchive({ kind: 'file', path: root })).close();
    expect(await staged()).toEqual(['young.tmp']);
    await rm(young!);
  });

  it('reports a folder that cannot be created, and leaves nothing behind', async () => {
    await writeFile(join(root, 'year=1999'), 'a file in place of a folder');
    const expected = { code: 'ARCHIVE_REFUSED', retryable: false };
    const path = pathIn(Date.UTC(1999, 0));
    await expect(archive.create(path, columnsOf([aRow()]))).rejects.toMatchObject(expected);
    expect(await staged()).toEqual([]);
  });

  it('is reported as missing to a reader before a writer has created it, and readers do not create it', async () => {
    const path = join(folder.path, 'nothing');
    const early = await ArchiveReader.open({ kind: 'file', path });
    await expect(early.check()).rejects.toMatchObject({ code: 'ARCHIVE_MISSING' });
    await expect(early.check()).rejects.toThrow('the speed layer makes it when it archives events; run «npx nx serve');
    await expect(readdir(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused at once where no folder can be created', async () => {
    const nowhere = openEventArchive({ kind: 'file', path: '/proc/nope/archive' });
    await expect(nowhere).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
    await expect(nowhere).rejects.toThrow('cannot make the folder /proc/nope (ENOENT) although /proc is there');
  }, 10_000);

  // Even root makes no folder there: EPERM, EACCES for other users, EROFS in containers, which have it read-only.
  it('is refused at once, with the reason, on a file system that is read-only', async () => {
    const readOnly = openEventArchive({ kind: 'file', path: '/sys/nope/archive' });
    await expect(readOnly).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
    await expect(readOnly).rejects.toThrow(/^cannot .*\/sys\/nope\/archive.* \((EPERM|EACCES|EROFS)\): /);
  }, 10_000);

  it('reports that its folder has disappeared during use, and does not create it again', async () => {
    const path = join(folder.path, 'mounted', 'archive');
    const mounted = await openEventArchive({ kind: 'file', path });
    await rm(path, { recursive: true });
    await expect(mounted.create(pathIn(hour), columnsOf([aRow()]))).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
    await expect(readdir(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await mounted.close();
  });

  it('reports why it cannot be opened', async () => {
    const path = join(folder.path, 'file');
    await writeFile(path, 'x');
    await expect(openEventArchive({ kind: 'file', path })).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
  });
});

/** Another process stages a file of this archive and is killed. @returns the signal that ended it. */
async function killedBeforePublishing(): Promise<string | null> {
  const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const program = `
    import { ParquetArchive } from ${module('./parquet-archive.ts')};
    import { threadedParquetEncoder } from ${module('./parquet-threads.ts')};
    import { aRow, columnsOf } from ${module('./rows-for-tests.ts')};
    import { StagingFolder } from ${module('./staging-folder.ts')};
    const staging = await StagingFolder.open(${JSON.stringify(join(root, '.staging'))});
    const store = { publish: () => process.kill(process.pid, 'SIGKILL') };
    const archive = new ParquetArchive({ store, staging, encoder: threadedParquetEncoder(1) });
    await archive.create(${JSON.stringify(pathIn(hour))}, columnsOf([aRow()]));
  `;
  const file = join(folder.path, 'killed.mjs');
  await writeFile(file, program);
  const child = spawn(process.execPath, [file], { stdio: 'inherit' });
  await once(child, 'exit');
  return child.signalCode;
}
