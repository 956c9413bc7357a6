import { joinColumns } from './join-columns.ts';
import { aRow, columnsOf, manyRows, rowsIn } from './rows-for-tests.ts';

describe('joined rows', () => {
  it('are those of the parts in their order, whatever numbers the parts give their texts', () => {
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

  it('are the part itself when it is the only one', () => {
    const only = columnsOf(manyRows(3));
    expect(joinColumns([only])).toBe(only);
  });

  it('are refused when they are of several partitions', () => {
    expect(() => joinColumns([columnsOf(manyRows(1), 1), columnsOf(manyRows(1), 2)])).toThrow('several partitions');
  });
});
