import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { archivePath } from '@antenna/archive-format';
import type { ArchiveReader } from './archive-reader.ts';
import type { ParquetArchive } from './parquet-archive.ts';
import { aRow, columnsOf, manyRows, rowsIn } from './rows-for-tests.ts';

const HOUR_MS = 3_600_000;
let hoursGivenOut = 0;

/** An hour that no other test uses, so that tests can share an archive. */
export function freshHour(): number {
  hoursGivenOut += 1;
  return Date.UTC(2022, 9, 29, 13) + hoursGivenOut * HOUR_MS;
}

export function pathIn(hourMs: number, startOffset = 4812): string {
  return archivePath({ topic: 'devices', partition: 3, startOffset, endOffset: startOffset + 1000, hourMs });
}

export interface OpenedArchive {
  readonly archive: ParquetArchive;
  /** A reader of the same archive. */
  readonly reader: ArchiveReader;
  /** A local folder for fetched files. */
  readonly localFolder: string;
}

/** Tests that every archive passes, whatever its storage. */
export function itKeepsTheContract(opened: () => OpenedArchive): void {
  it('reads back the rows that a file was created with', async () => {
    const { archive } = opened();
    const path = pathIn(freshHour());
    const rows = manyRows(1500);
    const file = await archive.create(path, columnsOf(rows));
    const found = await archive.read(path);
    expect(found.file).toEqual(file);
    expect(found.rows.partition).toBe(3);
    expect(rowsIn(found.rows)).toEqual(rows);
  });

  it('reads back events with unordered times in the order of their offsets', async () => {
    const { archive } = opened();
    const path = pathIn(freshHour());
    const rows = manyRows(500).map((row, index) => ({ ...row, eventTimeMs: row.eventTimeMs - (index % 7) * 1000 }));
    await archive.create(path, columnsOf(rows));
    expect(rowsIn((await archive.read(path)).rows)).toEqual(rows);
  });

  it('leaves the written rows unchanged, for another attempt', async () => {
    const { archive } = opened();
    const rows = columnsOf(manyRows(10));
    await archive.create(pathIn(freshHour()), rows);
    expect(rowsIn(rows)).toEqual(manyRows(10));
  });

  it('returns the size and the SHA-256 of the stored file', async () => {
    const { archive, reader, localFolder } = opened();
    const hour = freshHour();
    const path = pathIn(hour);
    const file = await archive.create(path, columnsOf(manyRows(10)));
    const [local] = await reader.fetchFiles([path], localFolder, { concurrency: 1 });
    expect(file).toEqual(await sizeAndChecksum(local));
    expect(await reader.listHour(hour)).toEqual([{ path, sizeBytes: file?.sizeBytes }]);
  });

  it('never overwrites a file', async () => {
    const { archive, reader, localFolder } = opened();
    const path = pathIn(freshHour());
    const first = await archive.create(path, columnsOf([aRow({ id: 'first' })]));
    expect(await archive.create(path, columnsOf([aRow({ id: 'second' })]))).toBeUndefined();
    const [local] = await reader.fetchFiles([path], localFolder, { concurrency: 1 });
    expect(await sizeAndChecksum(local)).toEqual(first);
  });

  it('lets one of eight concurrent creators of a file succeed, and stores its rows', async () => {
    const { archive } = opened();
    const path = pathIn(freshHour());
    const ids = Array.from({ length: 8 }, (_, index) => `creator-${index}`);
    const files = await Promise.all(ids.map((id) => archive.create(path, columnsOf([aRow({ id })]))));
    const winners = ids.filter((_, index) => files[index] !== undefined);
    expect(winners).toHaveLength(1);
    const { rows } = await archive.read(path);
    expect(rowsIn(rows).map(({ id }) => id)).toEqual(winners);
  });

  it('refuses a file without rows', async () => {
    const { archive } = opened();
    const path = pathIn(freshHour());
    await expect(archive.create(path, columnsOf([]))).rejects.toThrow(RangeError);
    expect(await archive.exists(path)).toBe(false);
  });

  it('refuses a path outside its root', async () => {
    const { archive } = opened();
    await expect(archive.create('../x.parquet', columnsOf([aRow()]))).rejects.toThrow(RangeError);
  });

  it('lists the files of the requested hour, sorted by path', async () => {
    const { archive, reader } = opened();
    const [hour, another] = [freshHour(), freshHour()];
    for (const path of [pathIn(hour, 30), pathIn(hour, 4), pathIn(another)]) {
      await archive.create(path, columnsOf([aRow()]));
    }
    expect((await reader.listHour(hour)).map(({ path }) => path)).toEqual([pathIn(hour, 4), pathIn(hour, 30)]);
    expect((await reader.listHour(another)).map(({ path }) => path)).toEqual([pathIn(another)]);
  });

  it('lists nothing for an hour without a folder', async () => {
    expect(await opened().reader.listHour(freshHour())).toEqual([]);
  });

  it('knows which files exist', async () => {
    const { archive } = opened();
    const hour = freshHour();
    await archive.create(pathIn(hour, 1), columnsOf([aRow()]));
    expect(await archive.exists(pathIn(hour, 1))).toBe(true);
    expect(await archive.exists(pathIn(hour, 2))).toBe(false);
  });

  it('fetches files in the requested order', async () => {
    const { archive, reader, localFolder } = opened();
    const hour = freshHour();
    const paths = [5, 3, 4, 1, 2].map((offset) => pathIn(hour, offset));
    for (const path of paths) await archive.create(path, columnsOf([aRow()]));
    const local = await reader.fetchFiles(paths, localFolder, { concurrency: 2 });
    expect(local.map((each) => paths.find((path) => each.endsWith(path)))).toEqual(paths);
  });

  it.each<[string, (opened: OpenedArchive, path: string) => Promise<unknown>]>([
    ['adopt', ({ archive }, path) => archive.read(path)],
    ['read', ({ reader }, path) => reader.read(path)],
    ['fetch', ({ reader, localFolder }, path) => reader.fetchFiles([path], localFolder, { concurrency: 1 })],
  ])('names a missing file in the error of an attempt to %s it', async (_what, operation) => {
    const path = pathIn(freshHour());
    const attempt = operation(opened(), path);
    await expect(attempt).rejects.toMatchObject({ code: 'ARCHIVE_FILE_MISSING', retryable: false });
    await expect(attempt).rejects.toThrow(path);
  });

  it('reads the same through its reader as through its writer', async () => {
    const { archive, reader } = opened();
    const path = pathIn(freshHour());
    await archive.create(path, columnsOf(manyRows(10)));
    expect(await reader.read(path)).toEqual(await archive.read(path));
    await expect(reader.check()).resolves.toBeUndefined();
  });
}

async function sizeAndChecksum(path = '') {
  const bytes = await readFile(path);
  return { sizeBytes: bytes.byteLength, checksum: createHash('sha256').update(bytes).digest('hex') };
}
