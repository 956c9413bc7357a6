import { readdir } from 'node:fs/promises';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { type DuckDbLimits, DuckDbSession, withTemporaryFolder } from './duckdb-session.ts';

/** Two million incompressible rows of 64 bytes: more than a memory limit of 64 MiB holds. */
const LARGE_TABLE = 'CREATE TABLE large AS SELECT sha256(CAST(range AS VARCHAR)) AS text FROM range(2000000)';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.close());

function makeLargeTable(limits: DuckDbLimits): Promise<void> {
  const options = { temporaryFolder: folder.path, limits: { threads: 1, memoryMiB: 64, ...limits } };
  return DuckDbSession.using(options, (session) => session.run(LARGE_TABLE));
}

describe('a query beyond the memory limit', () => {
  it('fails when its temporary files would exceed their limit', async () => {
    await expect(makeLargeTable({ spillMiB: 1 })).rejects.toThrow(/max_temp_directory_size/);
  });

  it('leaves no temporary files behind', async () => {
    await makeLargeTable({ spillMiB: 1 }).catch(() => undefined);
    expect(await readdir(folder.path)).toEqual([]);
  });
});

describe('a folder for temporary files', () => {
  it('that cannot be created causes an error that names TMPDIR', async () => {
    const refused = withTemporaryFolder(() => Promise.resolve(), '/proc/nope');
    await expect(refused).rejects.toMatchObject({ code: 'ENGINE_FAILED', exitCode: 1 });
    await expect(refused).rejects.toThrow('set TMPDIR to a folder that is there');
  });
});
