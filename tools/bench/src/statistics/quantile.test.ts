import { quantile } from './quantile.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('a quantile', () => {
  it('is one of the values, whatever their order', () => {
    expect(quantile([30, 10, 20], 0.5)).toBe(20);
  });

  it('is the smallest value that the share does not exceed', () => {
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 0.991)).toBe(100);
  });

  it('is the smallest and the greatest value at the ends', () => {
    expect(quantile(hundred, 0)).toBe(1);
    expect(quantile(hundred, 1)).toBe(100);
  });

  it('of nothing does not exist', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});
