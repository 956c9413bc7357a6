import fc from 'fast-check';
import { LATENESS_BOUNDS_MS, latenessBucketOf } from './index.ts';

describe('the buckets of lateness', () => {
  // ──┤ 45 s ├────────────┤ 60 s ├──
  //          45.001 … 60.000
  it('hold a lateness up to and including their upper bound', () => {
    const minute = LATENESS_BOUNDS_MS.indexOf(60_000);
    expect([45_000, 45_001, 60_000, 60_001].map(latenessBucketOf)).toEqual([minute - 1, minute, minute, minute + 1]);
  });

  it('separate a right clock from clocks that are a second or a minute ahead', () => {
    expect([-3_600_000, -60_000, -59_999, -1_000, -999, 0, 1].map(latenessBucketOf)).toEqual([0, 0, 1, 1, 2, 2, 3]);
  });

  it('hold any lateness in the first bucket whose bound is not smaller', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3_600_000, max: Number.MAX_SAFE_INTEGER }), (latenessMs) => {
        expect(latenessBucketOf(latenessMs)).toBe(LATENESS_BOUNDS_MS.findIndex((bound) => latenessMs <= bound));
      }),
    );
  });

  it('hold a lateness beyond all bounds in the last bucket', () => {
    expect([2 ** 63, Infinity].map(latenessBucketOf)).toEqual(Array(2).fill(LATENESS_BOUNDS_MS.length - 1));
  });
});
