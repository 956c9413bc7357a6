import { ERASED_ID, withoutUser } from '@antenna/archive-format';
import type { FileVersion } from '@antenna/hourly-batch';
import { freshHour, pathIn } from './archive-contract.ts';
import type { ArchiveReader } from './archive-reader.ts';
import type { ReducibleArchive } from './reducible-archive.ts';
import type { ParquetArchive } from './parquet-archive.ts';
import type { RewritableArchive } from './rewritable-archive.ts';
import { aRow, columnsOf, rowsIn } from './rows-for-tests.ts';

export interface OpenedForErasure {
  readonly archive: ParquetArchive;
  readonly rewritable: RewritableArchive;
  readonly reader: ArchiveReader;
  readonly restored: ReducibleArchive;
}

const ROWS = [aRow({ id: 'ana', offset: 4812 }), aRow({ id: 'bob', offset: 4813 })];

/** Tests of replacing a file, which every archive passes, whatever its storage. */
export function itReplacesFiles(opened: () => OpenedForErasure): void {
  async function aFile(): Promise<FileVersion> {
    const path = pathIn(freshHour());
    await opened().archive.create(path, columnsOf(ROWS));
    return opened().rewritable.read(path);
  }

  const replaced = (former: FileVersion, userId: string) =>
    opened().rewritable.rewrite(former, withoutUser(former.rows, userId), async (file) => ({
      ...file,
      isReplaced: await file.replace(),
    }));

  it('replaces a file under its own name, and finds the new one as it was announced', async () => {
    const former = await aFile();
    const { checksum, sizeBytes, rows, isReplaced } = await replaced(former, 'ana');
    expect(isReplaced).toBe(true);
    const found = await opened().rewritable.read(former.path);
    expect(found).toEqual({ path: former.path, version: found.version, checksum, sizeBytes, rows });
    expect(found.version).not.toBe(former.version);
    expect(rowsIn(found.rows).map(({ id }) => id)).toEqual([ERASED_ID, 'bob']);
    expect(await opened().reader.read(former.path)).toEqual({ file: { checksum, sizeBytes }, rows: found.rows });
  });

  it('replaces nothing when the file is not of the version that was read any more', async () => {
    const former = await aFile();
    await replaced(former, 'ana');
    const { checksum } = await opened().rewritable.read(former.path);
    expect((await replaced(former, 'bob')).isReplaced).toBe(false);
    expect(await opened().rewritable.read(former.path)).toMatchObject({ checksum });
  });

  it('leaves the file as it is, if the prepared one is not put in its place', async () => {
    const former = await aFile();
    await opened().rewritable.rewrite(former, withoutUser(former.rows, 'ana'), () => Promise.resolve());
    expect(await opened().rewritable.read(former.path)).toEqual(former);
  });

  it('removes a file of the version that was read, and leaves one that was replaced since', async () => {
    const former = await aFile();
    await replaced(former, 'ana');
    await opened().restored.remove(former.path, former.version);
    const { version } = await opened().restored.read(former.path);
    await opened().restored.remove(former.path, version);
    await opened().restored.remove(former.path, version);
    await expect(opened().restored.read(former.path)).rejects.toMatchObject({ code: 'ARCHIVE_FILE_MISSING' });
  });

  it('copies a file to a place aside once, and refuses another one of its name there', async () => {
    const former = await aFile();
    await opened().restored.copyAside(former);
    await opened().restored.copyAside(former);
    const { checksum } = await replaced(former, 'ana');
    await expect(opened().restored.copyAside({ path: former.path, checksum })).rejects.toMatchObject({
      code: 'ARCHIVE_REFUSED',
    });
  });

  it('lists the files of all folders', async () => {
    const { path } = await aFile();
    const paths: string[] = [];
    for await (const files of opened().restored.folders()) paths.push(...files.map((file) => file.path));
    expect(paths).toContain(path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('creates no file under the name of a replaced one', async () => {
    const former = await aFile();
    await replaced(former, 'ana');
    expect(await opened().archive.create(former.path, columnsOf(ROWS))).toBeUndefined();
  });
}
