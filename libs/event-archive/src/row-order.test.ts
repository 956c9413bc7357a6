import fc from 'fast-check';
import { ascendingRows, valuesOfRows } from './row-order.ts';

describe('the numbers of rows in ascending order of a column', () => {
  it('keep their order among equal values', () => {
    expect([...ascendingRows(Float64Array.of(20, 10, 20, 10))]).toEqual([1, 3, 0, 2]);
  });

  it.each([
    ['there are none', []],
    ['there is one', [7]],
    ['all values are the same', [5, 5, 5]],
    ['the values have the largest possible distance', [Number.MAX_SAFE_INTEGER, 0, 2 ** 32, 1]],
    ['the values differ by exactly one radix digit', [2048, 0, 2047, 2048 ** 2, 2048 ** 2 - 1]],
  ])('are right when %s', (_what, values) => {
    expect([...ascendingRows(Float64Array.from(values))]).toEqual(sortedByComparing(values));
  });

  it('are those of a comparison sort', () => {
    const instant = fc.nat({ max: 3_600_000 }).map((ms) => 1_700_000_000_000 + ms);
    fc.assert(
      fc.property(fc.array(fc.oneof(instant, fc.maxSafeNat()), { size: '+1' }), (values) => {
        expect([...ascendingRows(Float64Array.from(values))]).toEqual(sortedByComparing(values));
      }),
    );
  });
});

it('values are rearranged in the order of the given rows', () => {
  expect([...valuesOfRows(Int32Array.of(7, 8, 9), Int32Array.of(2, 0), new Int32Array(2))]).toEqual([9, 7]);
});

function sortedByComparing(values: readonly number[]): number[] {
  return [...values.keys()].sort((left, right) => (values[left] ?? 0) - (values[right] ?? 0) || left - right);
}
