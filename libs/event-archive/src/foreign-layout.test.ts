import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { ArchiveReader } from './archive-reader.ts';

const EARLY = Date.UTC(2022, 2, 9, 7);
const LATE = Date.UTC(2022, 9, 29, 13);
const LATE_FOLDER = 'year=2022/month=10/day=29/hour=13';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.close());

async function write(path: string): Promise<void> {
  await mkdir(dirname(join(folder.path, path)), { recursive: true });
  await writeFile(join(folder.path, path), 'x');
}

const reader = (path = '') => ArchiveReader.open({ kind: 'file', path: join(folder.path, path) });

async function listed(hourMs: number): Promise<readonly string[]> {
  return (await (await reader()).listHour(hourMs)).map(({ path }) => path);
}

async function layoutOf(path = '', hourMs = LATE): Promise<unknown> {
  return (await reader(path)).checkForeignLayout(hourMs).then(
    () => 'accepted',
    (error: unknown) => error,
  );
}

describe('the files of an hour in an archive of another writer', () => {
  it('are found in each spelling of its folder, and in several at once', async () => {
    const paths = [
      'year=2022/month=03/day=09/hour=07/b.parquet',
      'year=2022/month=3/day=09/hour=7/a.parquet',
      'year=2022/month=3/day=9/hour=7/a.parquet',
    ];
    for (const path of paths) await write(path);
    await write('year=2022/month=03/day=09/hour=08/c.parquet');
    expect(await listed(EARLY)).toEqual(paths);
    expect(await layoutOf('', EARLY)).toBe('accepted');
  });

  it('may be symbolic links to files, in a folder that is a symbolic link', async () => {
    await write('elsewhere/a.parquet');
    await mkdir(join(folder.path, 'year=2022/month=10/day=29'), { recursive: true });
    await mkdir(join(folder.path, 'links'));
    await symlink(join(folder.path, 'elsewhere/a.parquet'), join(folder.path, 'links/a.parquet'));
    await symlink(join(folder.path, 'links'), join(folder.path, LATE_FOLDER));
    expect(await (await reader()).listHour(LATE)).toEqual([{ path: `${LATE_FOLDER}/a.parquet`, sizeBytes: 1 }]);
  });

  it('are refused when one is a symbolic link without a target', async () => {
    await write(`${LATE_FOLDER}/a.parquet`);
    await symlink('gone.parquet', join(folder.path, LATE_FOLDER, 'b.parquet'));
    await symlink('gone.parquet', join(folder.path, LATE_FOLDER, '.ignored'));
    const listing = (await reader()).listHour(LATE);
    await expect(listing).rejects.toMatchObject({ code: 'ARCHIVE_FILE_MISSING' });
    await expect(listing).rejects.toThrow('b.parquet is a symbolic link that leads nowhere');
  });

  it('leave out those that Hadoop is still copying', async () => {
    await write(`${LATE_FOLDER}/a.parquet._COPYING_`);
    expect(await listed(LATE)).toEqual([]);
  });
});

describe('a table whose log decides which files count', () => {
  it.each([
    ['_spark_metadata/0', "a table of Spark's streaming file sink"],
    ['_delta_log/00000000000000000000.json', 'a table of Delta Lake'],
    ['.hoodie/hoodie.properties', 'a table of Apache Hudi'],
    ['metadata/v1.metadata.json', 'a table of Apache Iceberg'],
    ['metadata/00000-3f.metadata.json.gz', 'a table of Apache Iceberg'],
    ['metadata/version-hint.text', 'a table of Apache Iceberg'],
  ])('with %s is refused as %s', async (log, format) => {
    await write(`${LATE_FOLDER}/a.parquet`);
    await write(log);
    const error = await layoutOf();
    expect(error).toMatchObject({ code: 'ARCHIVE_LAYOUT', retryable: false });
    expect(String(error)).toContain(format);
  });

  it('is recognised when ARCHIVE_URL is the folder of its data', async () => {
    await write('table/metadata/v1.metadata.json');
    await write(`table/data/${LATE_FOLDER}/a.parquet`);
    expect(String(await layoutOf('table/data'))).toContain('a table of Apache Iceberg');
  });

  it('is not recognised by a folder named metadata alone', async () => {
    await write(`${LATE_FOLDER}/a.parquet`);
    await write('metadata/readme.txt');
    expect(await layoutOf()).toBe('accepted');
  });
});

describe('an archive with events outside the folders of hours', () => {
  it.each([
    ['below the folder of an hour', `${LATE_FOLDER}/app=SKYPE/a.parquet`],
    ['beside the folders of hours', 'year=2022/month=10/day=29/a.snappy.parquet'],
    ['by day', 'year=2022/month=10/day=29/part-00000'],
    ['by a month with another name', 'year=2022/month=Oct/day=29/hour=13/a.parquet'],
    ['without an hour', 'year=2022/month=10/day=29/hour=__HIVE_DEFAULT_PARTITION__/a.parquet'],
    ['all in the root', 'a.parquet'],
    ['by one date', 'dt=2022-10-29/hour=13/a.parquet'],
    ['in a folder of the root', `archive/${LATE_FOLDER}/a.parquet`],
    ['in capitalised folders', 'Year=2022/Month=10/Day=29/Hour=13/a.parquet'],
  ])('%s is refused with the name of the file', async (_, path) => {
    await write(path);
    const error = await layoutOf();
    expect(error).toMatchObject({ code: 'ARCHIVE_LAYOUT' });
    expect(String(error)).toContain(`: ${path} lies where no hour is looked for`);
  });

  it('is not recognised by other data beside the folders of years, or by notes in them', async () => {
    await write('year=2021/month=10/day=29/hour=13/a.parquet');
    for (const path of ['users/users.parquet', 'users.parquet', 'year=2022/README.md', 'year=2022/_tmp/a.parquet']) {
      await write(path);
    }
    expect(await layoutOf()).toBe('accepted');
  });

  it('is not recognised when there are no files', async () => {
    expect(await layoutOf()).toBe('accepted');
  });
});
