import { DuckDbUserFinder } from './duckdb-user-finder.ts';
import { anArchivedEvent, parquetFolder, type ParquetFolder } from './testing/parquet-folder.ts';

let folder: ParquetFolder;
beforeEach(async () => {
  folder = await parquetFolder();
});
afterEach(() => folder.close());

describe('the search for the files of a user', () => {
  it('counts the events of the given id in each file that has any, and those of no similar id', async () => {
    const files = [
      await folder.write('a.parquet', `${anArchivedEvent(0, 7)} UNION ALL ${anArchivedEvent(0, 9)}`),
      await folder.write('b.parquet', anArchivedEvent(3, 1, { id: "'anabel'" })),
      await folder.write('c.parquet', `${anArchivedEvent(1, 1, { id: "'bob'" })} UNION ALL ${anArchivedEvent(1, 2)}`),
    ];
    const finder = new DuckDbUserFinder({ files: folder.localFiles });
    expect(await finder.find('ana', files)).toEqual(
      new Map([
        ['a.parquet', 2],
        ['c.parquet', 1],
      ]),
    );
    expect(await finder.find('%', files)).toEqual(new Map());
  });
});
