import { fileURLToPath } from 'node:url';
import { firstDifference } from '@antenna/archive-format';
import { decodeFile } from './decode-file.ts';
import { parquetRows } from './parquet-reader.ts';
import { columnsOf, manyRows, SOME_TIME_MS } from './rows-for-tests.ts';

describe('a file that a version from before the sorting by time has left behind', () => {
  const path = fileURLToPath(new URL('./rows-in-offset-order.parquet', import.meta.url));
  const rows = manyRows(200).map((row, index) => ({
    ...row,
    eventTimeMs: SOME_TIME_MS + ((index * 37) % 60) * 1000,
  }));

  it('holds the rows that are to be written now, so that it is adopted', async () => {
    const decoded = await decodeFile(path);
    expect(firstDifference(columnsOf(rows), decoded.rows)).toBeUndefined();
  });

  it('has them in the order of their offsets, not of their times', async () => {
    const offsets = [];
    for await (const { offset } of parquetRows(path)) offsets.push(offset);
    expect(offsets).toEqual(rows.map(({ offset }) => offset));
  });
});
