import { spreadOf } from './spread.ts';

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
