import { joinColumns } from './join-columns.ts';
import { aRow, columnsOf, manyRows, rowsIn } from './rows-for-tests.ts';

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
    expect(joined.id.values).toEqual(['a', 'b']);
  });

  it('are the part itself when there is only one', () => {
    const only = columnsOf(manyRows(3));
    expect(joinColumns([only])).toBe(only);
  });

  it('are refused when the parts belong to several partitions', () => {
    expect(() => joinColumns([columnsOf(manyRows(1), 1), columnsOf(manyRows(1), 2)])).toThrow('several partitions');
  });
});
