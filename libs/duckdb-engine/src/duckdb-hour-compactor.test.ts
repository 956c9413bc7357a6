import type { CompactedFile, ManifestFile } from '@antenna/hourly-batch';
import parquetjs from '@dsnp/parquetjs';
import { DuckDbHourCompactor } from './duckdb-hour-compactor.ts';
import { anArchivedEvent, HOUR, parquetFolder, type ParquetFolder } from './testing/parquet-folder.ts';

let folder: ParquetFolder;
beforeEach(async () => {
  folder = await parquetFolder();
});
afterEach(() => folder.close());

/** Ids of the events of two files, by offset. */
const IDS = [
  ['dora', "o'neil", 'ana', 'bob', 'ana'],
  ['ana', 'ana', 'carl', 'ana', 'eva'],
];

async function theFiles(): Promise<readonly ManifestFile[]> {
  return Promise.all(
    IDS.map(async (ids, partition) => {
      const events = ids.map((id, offset) =>
        anArchivedEvent(partition, offset, { id: `'${id.replaceAll("'", "''")}'`, bytes: `${offset}::BIGINT` }),
      );
      const file = await folder.write(`${partition}.parquet`, events.join(' UNION ALL '));
      return {
        ...{ ...file, topic: 'devices', partition, startOffset: 0, endOffset: ids.length, generation: 0 },
        ...{ rows: ids.length, eventBytes: 10n, checksum: '' },
      };
    }),
  );
}

async function compacted(sliceRows: number): Promise<{ rows: readonly string[]; facts: CompactedFile }> {
  const version = {
    hourMs: HOUR,
    topic: 'devices',
    revision: 1,
    rows: 10,
    archiveUrl: `file://${folder.path}`,
    sourcesDigest: '',
  };
  const compactor = new DuckDbHourCompactor({ files: folder.localFiles, sliceRows });
  return compactor.compact(version, await theFiles(), async (facts) => {
    const reader = await parquetjs.ParquetReader.openFile(facts.localPath);
    const cursor = reader.getCursor();
    const rows: string[] = [];
    for (let row = await cursor.next(); row !== null; row = await cursor.next()) {
      const { id, kafka_partition: partition, kafka_offset: offset } = row as Record<string, unknown>;
      rows.push(`${String(id)} ${String(partition)}/${String(offset)}`);
    }
    await reader.close();
    return { rows, facts };
  });
}

/** What is known of each partition of a compacted file, sorted, since DuckDB returns it in any order. */
function byPartition({ compacted }: CompactedFile): CompactedFile['compacted'] {
  return compacted.toSorted((left, right) => left.partition - right.partition);
}

describe('a compacted file', () => {
  it('holds each event once, sorted by user and time', async () => {
    const { rows } = await compacted(1_000);
    const byUser = [
      'ana 0/2',
      'ana 0/4',
      'ana 1/0',
      'ana 1/1',
      'ana 1/3',
      'bob 0/3',
      'carl 1/2',
      'dora 0/0',
      'eva 1/4',
    ];
    expect(rows).toEqual([...byUser, "o'neil 0/1"]);
  });

  // Ana's five events are more than a slice of one, two or three.
  it.each([1, 2, 3, 5, 9])('is the same when %i events are sorted at a time', async (sliceRows) => {
    const [whole, sliced] = [await compacted(1_000), await compacted(sliceRows)];
    expect(sliced.rows).toEqual(whole.rows);
    expect(byPartition(sliced.facts)).toEqual(byPartition(whole.facts));
  });
});
