import { verify, WrongResultError } from './verified.ts';

describe('a figure', () => {
  it('counts when the rows are the truth, in any order', () => {
    const truth = new Map([
      ['a', 1n],
      ['b', 2n],
    ]);
    expect(() => {
      verify('totals', truth, [
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
  ] as const)('does not count when a row %s', (_, found) => {
    expect(() => {
      verify(
        'totals',
        [
          ['a', 1n],
          ['b', 2n],
        ],
        found,
      );
    }).toThrow(WrongResultError);
  });

  it('does not count when nothing was computed', () => {
    expect(() => {
      verify('totals', [], []);
    }).toThrow(/no rows/);
  });
});
