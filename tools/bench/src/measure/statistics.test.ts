import { quantile, spreadOf } from './statistics.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('a quantile', () => {
  it('is one of the values in any order', () => {
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

describe('the spread of measurements', () => {
  it('has the middle one, the least and the greatest', () => {
    expect(spreadOf([9, 1, 4])).toEqual({ median: 4, min: 1, max: 9, count: 3 });
  });

  it('has the middle between the middle two of an even number', () => {
    expect(spreadOf([1, 2, 4, 100]).median).toBe(3);
  });

  it('is not moved by one wild measurement, as a mean would be', () => {
    expect(spreadOf([10, 11, 5_000]).median).toBe(11);
  });

  it('of nothing does not exist', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});
