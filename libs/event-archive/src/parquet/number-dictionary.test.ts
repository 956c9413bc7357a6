import fc from 'fast-check';
import { distinctNumbers, isWorthDictionary } from './number-dictionary.ts';

const column = (rows: number, valueOf: (row: number) => number) =>
  Float64Array.from({ length: rows }, (_, row) => valueOf(row));

describe('a dictionary for a column', () => {
  it('pays for repeated values', () => {
    expect(isWorthDictionary(column(200_000, (row) => row % 10_000))).toBe(true);
  });

  it('pays for whole seconds in nearly ascending order', () => {
    expect(isWorthDictionary(column(200_000, (row) => 1_700_000_000_000 + Math.floor(row / 100) * 1000))).toBe(true);
  });

  it('does not pay for distinct values', () => {
    expect(isWorthDictionary(column(200_000, (row) => row))).toBe(false);
  });

  it('pays when each value occurs at least twice', () => {
    expect(isWorthDictionary(column(4, (row) => row % 2))).toBe(true);
    expect(isWorthDictionary(column(3, (row) => row % 2))).toBe(false);
  });

  it('pays for a column of at most 65,536 rows when each value occurs twice on average, whatever the values', () => {
    const least = fc.constantFrom(0, 2 ** 52);
    const values = fc.array(fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(2 ** 20, 2 ** 40, 2 ** 52 - 1)), {
      size: '+1',
    });
    fc.assert(
      fc.property(least, fc.oneof(values, values.map(ascending)), (base, offsets) => {
        const distinct = new Set(offsets).size;
        expect(isWorthDictionary(Float64Array.from(offsets, (offset) => base + offset))).toBe(
          distinct * 2 <= offsets.length,
        );
      }),
    );
  });

  it('costs nothing without rows', () => {
    expect(isWorthDictionary(new Float64Array())).toBe(true);
  });
});

describe('the distinct numbers of a column', () => {
  it('are ascending, and the indexes give the column back, however far apart its numbers are', () => {
    const near = fc.nat({ max: 2 ** 20 - 1 });
    const column = fc.array(fc.oneof(near, fc.maxSafeNat()), { size: '+1' });
    fc.assert(
      fc.property(fc.oneof(column, column.map(ascending), fc.array(near)), (values) => {
        const { distinct, indexes } = distinctNumbers(Float64Array.from(values));
        expect([...distinct]).toEqual(ascending([...new Set(values)]));
        expect([...indexes].map((index) => distinct[index])).toEqual(values);
      }),
    );
  });

  it.each([2 ** 20 - 1, 2 ** 20])('are both of two numbers that are %d apart', (distance) => {
    const { distinct, indexes } = distinctNumbers(Float64Array.of(7 + distance, 7, 7 + distance));
    expect([[...distinct], [...indexes]]).toEqual([
      [7, 7 + distance],
      [1, 0, 1],
    ]);
  });
});

function ascending(values: readonly number[]): number[] {
  return values.toSorted((left, right) => left - right);
}
