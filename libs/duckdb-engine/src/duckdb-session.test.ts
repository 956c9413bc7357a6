import { readdir } from 'node:fs/promises';
import { temporaryFolder, type TemporaryFolder } from '@antenna/test-kit';
import { type DuckDbLimits, DuckDbSession } from './duckdb-session.ts';

/** Two million rows of 64 bytes that do not compress: more than a memory of 64 MiB holds. */
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

describe('a query that does not fit its memory', () => {
  it('ends with an error where its temporary files would grow beyond their limit', async () => {
    await expect(makeLargeTable({ spillMiB: 1 })).rejects.toThrow(/max_temp_directory_size/);
  });

  it('leaves nothing in the temporary folder', async () => {
    await makeLargeTable({ spillMiB: 1 }).catch(() => undefined);
    expect(await readdir(folder.path)).toEqual([]);
  });
});
