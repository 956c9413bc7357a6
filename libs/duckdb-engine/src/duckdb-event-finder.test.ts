import { DuckDbEventFinder } from './duckdb-event-finder.ts';
import { anArchivedEvent, parquetFolder, type ParquetFolder } from './testing/parquet-folder.ts';

const KEY = { hourMs: Date.UTC(2022, 9, 29, 13), type: 'user_total_bytes', id: 'ana' } as const;

let folder: ParquetFolder;
beforeEach(async () => {
  folder = await parquetFolder();
});
afterEach(() => folder.close());

describe('the search for the events of a total', () => {
  it('gives sums and first events of the files with such events, and fetches each file once', async () => {
    const files = [
      await folder.write('a.parquet', `${anArchivedEvent(0, 7)} UNION ALL ${anArchivedEvent(0, 9)}`),
      await folder.write('b.parquet', anArchivedEvent(3, 1, { id: "'bob'" })),
    ];
    const fetched: string[] = [];
    const finder = new DuckDbEventFinder({
      files: {
        fetch: (paths, into) => {
          fetched.push(...paths);
          return folder.localFiles.fetch(paths, into);
        },
      },
    });
    const windowMs = Date.UTC(2022, 9, 29, 13, 30);
    const { groups, events } = await finder.find(KEY, files, 1);
    expect(groups).toEqual([
      { path: 'a.parquet', windowMs, events: 2, bytes: 10n, offsets: { partition: 0, first: 7, last: 9 } },
    ]);
    expect(events).toMatchObject([{ path: 'a.parquet', user: 'ana', bytes: 5n, offset: { partition: 0, offset: 7 } }]);
    expect(fetched).toEqual(['a.parquet', 'b.parquet']);
  });
});
