import { isWorthDictionary } from './number-dictionary.ts';

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

  it('costs nothing without rows', () => {
    expect(isWorthDictionary(new Float64Array())).toBe(true);
  });
});
