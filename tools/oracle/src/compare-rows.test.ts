import { compareRows, type KeyedRow, summarize } from './index.ts';

describe('comparing two tables row by row', () => {
  it('finds no difference between equal rows in any order', () => {
    const expected = new Map([
      ['a', 1n],
      ['b', 2n],
    ]);
    const rows: KeyedRow<bigint>[] = [
      ['b', 2n],
      ['a', 1n],
    ];
    expect(compareRows(expected, rows)).toEqual([]);
    expect(compareRows([], [])).toEqual([]);
  });

  it('finds what is missing, extra and different', () => {
    const expected = Object.entries({ a: 1n, b: 2n, d: 4n });
    const actual = Object.entries({ b: 3n, c: 0n, d: 4n });
    expect(compareRows(expected, actual)).toEqual([
      { kind: 'missing', key: 'a', expected: 1n },
      { kind: 'different', key: 'b', expected: 2n, actual: 3n },
      { kind: 'extra', key: 'c', actual: 0n },
    ]);
  });

  it('finds rows that one table has not at all', () => {
    expect(compareRows([['a', 0n]], [])).toEqual([{ kind: 'missing', key: 'a', expected: 0n }]);
    expect(compareRows([], [['a', 0n]])).toEqual([{ kind: 'extra', key: 'a', actual: 0n }]);
  });

  it('finds a row that is stored twice', () => {
    const twice: KeyedRow<bigint>[] = [
      ['a', 1n],
      ['a', 1n],
    ];
    expect(compareRows([['a', 1n]], twice)).toEqual([{ kind: 'extra', key: 'a', actual: 1n }]);
    expect(compareRows(twice, [['a', 1n]])).toEqual([{ kind: 'missing', key: 'a', expected: 1n }]);
    expect(compareRows(twice, twice)).toEqual([]);
  });

  it('compares rows of one key whichever comes first', () => {
    const rows: KeyedRow<string>[] = [
      ['a', 'x'],
      ['a', 'y'],
    ];
    expect(compareRows(rows, rows.toReversed())).toEqual([]);
  });

  it('finds a difference that a double does not hold', () => {
    expect(compareRows([['a', 2n ** 53n]], [['a', 2n ** 53n + 1n]])).toHaveLength(1);
  });
});

describe('the summary of a comparison', () => {
  it('says that all rows are equal', () => {
    expect(summarize([])).toBe('all rows are equal');
  });

  it('counts all differences and writes out the first', () => {
    const differences = compareRows(Object.entries({ a: 1n, b: 2n }), Object.entries({ b: 3n, c: 4n }));
    expect(summarize(differences, 2).split('\n')).toEqual([
      '3 rows differ: 1 missing, 1 extra, 1 different',
      '  missing    a: expected 1',
      '  different  b: expected 2, found 3',
      '  … and 1 more',
    ]);
    expect(summarize(differences)).toContain('extra      c: found 4');
  });
});
