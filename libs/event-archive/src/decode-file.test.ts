import { fileURLToPath } from 'node:url';
import { firstDifference } from '@antenna/archive-format';
import { textsIn } from '@antenna/event-schema';
import { decodeFile, joinColumns } from './decode-file.ts';
import { parquetRows } from './parquet-reader.ts';
import { aRow, columnsOf, manyRows, rowsIn, SOME_TIME_MS } from './rows-for-tests.ts';

describe('a file of an earlier version, which did not sort rows by time', () => {
  const path = fileURLToPath(new URL('./rows-in-offset-order.parquet', import.meta.url));
  const rows = manyRows(200).map((row, index) => ({
    ...row,
    eventTimeMs: SOME_TIME_MS + ((index * 37) % 60) * 1000,
  }));

  it('has the same rows as a new file of the same chunk, so that the writer adopts it', async () => {
    const decoded = await decodeFile(path);
    expect(firstDifference(columnsOf(rows), decoded.rows)).toBeUndefined();
  });

  it('is decoded in the order of its offsets, not of its times', async () => {
    const offsets = [];
    for await (const { offset } of parquetRows(path)) offsets.push(offset);
    expect(offsets).toEqual(rows.map(({ offset }) => offset));
  });
});

describe('joined rows', () => {
  it('have the rows of the parts in order, although each part numbers its texts by itself', () => {
    const rows = [
      aRow({ id: 'a', app: 'x' }),
      aRow({ id: 'b', app: 'y' }),
      aRow({ id: 'b', app: 'x' }),
      aRow({ id: 'a' }),
    ];
    const joined = joinColumns([columnsOf(rows.slice(0, 2)), columnsOf(rows.slice(2, 3)), columnsOf(rows.slice(3))]);
    expect(rowsIn(joined)).toEqual(rows);
    expect(textsIn(joined.id.values)).toEqual(['a', 'b']);
  });

  it('are the part itself when there is only one', () => {
    const only = columnsOf(manyRows(3));
    expect(joinColumns([only])).toBe(only);
  });

  it('are refused when the parts belong to several partitions', () => {
    expect(() => joinColumns([columnsOf(manyRows(1), 1), columnsOf(manyRows(1), 2)])).toThrow('several partitions');
  });
});
