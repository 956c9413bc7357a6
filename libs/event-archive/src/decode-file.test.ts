import { fileURLToPath } from 'node:url';
import { firstDifference } from '@antenna/archive-format';
import { decodeFile } from './decode-file.ts';
import { parquetRows } from './parquet-reader.ts';
import { columnsOf, manyRows, SOME_TIME_MS } from './rows-for-tests.ts';

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
