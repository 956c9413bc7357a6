import { NotProvenError, requireEqualRows } from './check.ts';

describe('a result that is required to be right', () => {
  it('passes when the stored rows are the truth, in any order', () => {
    const truth = new Map([
      ['a', 1n],
      ['b', 2n],
    ]);
    expect(() => {
      requireEqualRows('totals', truth, [
        ['b', 2n],
        ['a', 1n],
      ]);
    }).not.toThrow();
  });

  it.each([
    ['is missing', [['a', 1n]]],
    [
      'is there twice',
      [
        ['a', 1n],
        ['b', 2n],
        ['b', 2n],
      ],
    ],
    [
      'is wrong',
      [
        ['a', 1n],
        ['b', 3n],
      ],
    ],
  ] as const)('fails when a row %s', (_, found) => {
    expect(() => {
      requireEqualRows(
        'totals',
        [
          ['a', 1n],
          ['b', 2n],
        ],
        found,
      );
    }).toThrow(NotProvenError);
  });

  it('fails when nothing is stored', () => {
    expect(() => {
      requireEqualRows('totals', [], []);
    }).toThrow(/no rows/);
  });
});
