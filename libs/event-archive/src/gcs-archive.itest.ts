import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hourFolder } from '@antenna/archive-format';
import { temporaryFolder, type TemporaryFolder, testBucket, until } from '@antenna/test-kit';
import { freshHour, itKeepsTheContract, pathIn } from './archive-contract.ts';
import { type ProxyAction, GcsFaultProxy } from './gcs-fault-proxy.ts';
import { ArchiveReader } from './archive-reader.ts';
import { openEventArchive } from './open-event-archive.ts';
import type { ParquetArchive } from './parquet-archive.ts';
import { itReplacesFiles } from './replacement-contract.ts';
import { ReducibleArchive } from './reducible-archive.ts';
import { RewritableArchive } from './rewritable-archive.ts';
import { aRow, columnsOf, rowsIn } from './rows-for-tests.ts';

let folder: TemporaryFolder;
let bucket: string;
let endpoint: string;
let hour: number;

beforeAll(async () => {
  folder = await temporaryFolder();
  const created = await testBucket();
  bucket = created.url.replace('gs://', '');
  endpoint = created.endpoint;
});

beforeEach(() => {
  hour = freshHour();
});

afterAll(() => folder.close());

const location = () => ({ kind: 'gs', bucket, prefix: 'some/prefix' }) as const;

function open(emulatorUrl: string, requestTimeoutMs = 10_000): Promise<ParquetArchive> {
  return openEventArchive(location(), { emulatorUrl, tempFolder: folder.path, requestTimeoutMs });
}

const staged = () => readdir(join(folder.path, 'event-archive-staging'));

describe('an archive in a bucket', () => {
  let archive: ParquetArchive;
  let rewritable: RewritableArchive;
  let reader: ArchiveReader;
  let restored: ReducibleArchive;

  beforeAll(async () => {
    archive = await open(endpoint);
    rewritable = await RewritableArchive.open(location(), { emulatorUrl: endpoint });
    reader = await ArchiveReader.open(location(), { emulatorUrl: endpoint });
    const aside = { kind: 'gs', bucket, prefix: 'aside' } as const;
    restored = await ReducibleArchive.open({ archive: location(), aside }, { emulatorUrl: endpoint });
  });

  afterAll(() => Promise.all([archive.close(), rewritable.close()]));

  itKeepsTheContract(() => ({ archive, reader, localFolder: join(folder.path, 'fetched') }));
  itReplacesFiles(() => ({ archive, rewritable, reader, restored }));

  it('keeps its files below the prefix', async () => {
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    const object = encodeURIComponent(`some/prefix/${pathIn(hour)}`);
    expect((await fetch(`${endpoint}/storage/v1/b/${bucket}/o/${object}`)).status).toBe(200);
  });

  it('does not list files that readers ignore', async () => {
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    for (const name of ['.hidden.parquet', '_SUCCESS', 'x.parquet.tmp', '', 'app=SKYPE/x.parquet']) await upload(name);
    expect((await reader.listHour(hour)).map(({ path }) => path)).toEqual([pathIn(hour)]);
  });

  it('finds objects in an hour folder with leading zeros, and under names with wildcards', async () => {
    hour = Date.UTC(2022, 2, 9, 7);
    const names = [
      'year=2022/month=03/day=09/hour=07/part-[0-9].parquet',
      'year=2022/month=3/day=9/hour=7/a*b.parquet',
    ];
    for (const name of names) await uploadTo(`some/prefix/${name}`);
    expect((await reader.listHour(hour)).map(({ path }) => path)).toEqual(names);
    const local = await reader.fetchFiles(names, join(folder.path, 'fetched'), { concurrency: 2 });
    expect(local).toEqual(names.map((name) => join(folder.path, 'fetched', name)));
  });

  it('refuses to be read when its layout hides events, or is a table with its own log', async () => {
    const foreign = (prefix: string) => ArchiveReader.open({ kind: 'gs', bucket, prefix }, { emulatorUrl: endpoint });
    await uploadTo('strays/year=2022/month=10/day=29/a.parquet');
    await uploadTo('delta/_delta_log/00000000000000000000.json');
    await uploadTo('iceberg/metadata/v1.metadata.json');
    const hourMs = Date.UTC(2022, 9, 29, 13);
    await expect((await foreign('strays')).checkForeignLayout(hourMs)).rejects.toThrow(
      'day=29/a.parquet lies where no',
    );
    await expect((await foreign('delta')).checkForeignLayout(hourMs)).rejects.toThrow('a table of Delta Lake');
    await expect((await foreign('iceberg/data')).checkForeignLayout(hourMs)).rejects.toThrow('of Apache Iceberg');
    await expect((await foreign('nothing')).checkForeignLayout(hourMs)).resolves.toBeUndefined();
  });

  it('leaves nothing on the local disk', async () => {
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    await archive.read(pathIn(hour));
    expect(await staged()).toEqual([]);
  });
});

describe('an archive in a bucket behind an unreliable network', () => {
  let proxy: GcsFaultProxy;
  let archive: ParquetArchive;
  let reader: ArchiveReader;
  let actionOn: (method: string) => ProxyAction = () => 'pass';

  beforeAll(async () => {
    proxy = await GcsFaultProxy.start(endpoint, (method) => actionOn(method));
    archive = await open(proxy.url, 300);
    reader = await ArchiveReader.open(location(), { emulatorUrl: proxy.url, requestTimeoutMs: 300 });
  });

  afterAll(async () => {
    await archive.close();
    await proxy.stop();
  });

  /** Sets the actions of the next requests of a method; all later and other requests pass. */
  function meet(method: string, actions: readonly ProxyAction[]): void {
    const remaining = [...actions];
    actionOn = (asked) => (asked === method ? (remaining.shift() ?? 'pass') : 'pass');
  }

  const always = (action: ProxyAction) => Array<ProxyAction>(20).fill(action);

  it.each<[string, readonly ProxyAction[]]>([
    ['the server is busy', [503, 429, 500]],
    ['the connection breaks', ['disconnect', 'disconnect']],
    ['the bytes are damaged in transit', ['damage']],
  ])('stores the file when %s at first', async (_what, actions) => {
    meet('POST', actions);
    const file = await archive.create(pathIn(hour), columnsOf([aRow()]));
    expect(await archive.read(pathIn(hour))).toMatchObject({ file });
  });

  it('treats a file whose upload got no answer as stored, and reads its rows', async () => {
    meet('POST', ['lose answer']);
    expect(await archive.create(pathIn(hour), columnsOf([aRow()]))).toBeUndefined();
    expect(rowsIn((await archive.read(pathIn(hour))).rows)).toEqual([aRow()]);
  });

  it('adopts an existing file when the server answers 403', async () => {
    meet('POST', []);
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    meet('POST', always(403));
    expect(await archive.create(pathIn(hour), columnsOf([aRow({ bytes: 9 })]))).toBeUndefined();
    expect(rowsIn((await archive.read(pathIn(hour))).rows)).toEqual([aRow()]);
  });

  it('reports a server that stays busy as a retryable failure', async () => {
    meet('POST', always(503));
    const expected = { code: 'ARCHIVE_UNAVAILABLE', retryable: true };
    await expect(archive.create(pathIn(hour), columnsOf([aRow()]))).rejects.toMatchObject(expected);
    expect(await staged()).toEqual([]);
  });

  it('times out an upload without an answer, and closes its connection', async () => {
    meet('POST', always('hang'));
    const attempt = archive.create(pathIn(hour), columnsOf([aRow()]));
    await expect(attempt).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', retryable: true });
    await until(async () => (await proxy.connections()) <= 1, { what: 'end of the connections' });
  });

  it.each([
    ['read', () => archive.read(pathIn(hour))],
    ['list', () => reader.listHour(hour)],
    ['look for', () => archive.exists(pathIn(hour))],
  ])('times out an attempt to %s a file without an answer', async (_what, operation) => {
    meet('GET', always('hang'));
    await expect(operation()).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE', retryable: true });
  });

  it('reads a file after a busy server, a broken connection and damaged bytes', async () => {
    meet('GET', []);
    await archive.create(pathIn(hour), columnsOf([aRow()]));
    meet('GET', [503, 'disconnect', 'damage']);
    expect(rowsIn((await archive.read(pathIn(hour))).rows)).toEqual([aRow()]);
  });

  it('reports a forbidden creation once it has checked that the file does not exist', async () => {
    meet('POST', always(403));
    const before = proxy.seen.length;
    const attempt = archive.create(pathIn(hour), columnsOf([aRow()]));
    await expect(attempt).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED', retryable: false });
    await expect(attempt).rejects.toThrow('roles/storage');
    expect(proxy.seen.slice(before)).toEqual([
      ['POST', 403],
      ['GET', 'pass'],
    ]);
  });
});

describe('a bucket that does not exist', () => {
  const missing = { kind: 'gs', bucket: 'missing-bucket', prefix: '' } as const;

  it('is reported when it is opened for writing, and when a reader checks it', async () => {
    const reader = await ArchiveReader.open(missing, { emulatorUrl: endpoint });
    const open = () => openEventArchive(missing, { emulatorUrl: endpoint, tempFolder: folder.path });
    for (const attempt of [open, () => reader.check()]) {
      const refused = attempt();
      await expect(refused).rejects.toMatchObject({ code: 'ARCHIVE_MISSING', retryable: false });
      await expect(refused).rejects.toThrow('create the bucket');
    }
  });
});

describe('a bucket that is opened for writing', () => {
  it('is refused at once when it denies the creation of objects', async () => {
    const refusing = await GcsFaultProxy.start(endpoint, (method) => (method === 'POST' ? 403 : 'pass'));
    const opened = open(refusing.url);
    await expect(opened).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
    await expect(opened).rejects.toThrow('give this service account roles/storage.objectCreator');
    await refusing.stop();
  });

  it('is opened although it does not answer yet, and holds no test object once it does', async () => {
    const away = await GcsFaultProxy.start(endpoint, () => 503);
    await (await open(away.url)).close();
    await away.stop();
    await (await open(endpoint)).close();
    const listing = await fetch(`${endpoint}/storage/v1/b/${bucket}/o?prefix=${encodeURIComponent('some/prefix/.st')}`);
    expect(await listing.text()).not.toContain('probe');
  });
});

/** Uploads an object of this name into the folder of the hour. */
function upload(name: string): Promise<void> {
  return uploadTo(`some/prefix/${hourFolder(hour)}/${name}`);
}

async function uploadTo(object: string): Promise<void> {
  const url = `${endpoint}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(object)}`;
  expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(200);
}
