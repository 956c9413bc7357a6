import fc from 'fast-check';
import { advanceEventTime, LATENESS_BOUNDS_MS, latenessBucketOf } from './index.ts';

describe('the progress of event time', () => {
  it('starts at the first event', () => {
    expect(advanceEventTime(-Infinity, 100, 500)).toBe(100);
  });

  // event time   100 ─────────── 300
  // arrives            400  500
  it('advances to a later event time', () => {
    expect(advanceEventTime(100, 300, 500)).toBe(300);
  });

  it('does not change at a late event', () => {
    expect(advanceEventTime(300, 100, 500)).toBe(300);
  });

  // event time   100 ───────────────────── 900 (a clock that is ahead)
  // arrives                 400
  it('is capped at the record timestamp of an event whose clock is ahead', () => {
    expect(advanceEventTime(100, 900, 400)).toBe(400);
    expect(advanceEventTime(-Infinity, 900, 400)).toBe(400);
  });

  it('is not capped when a record has no timestamp', () => {
    expect(advanceEventTime(100, 900, -1)).toBe(900);
    expect(advanceEventTime(-Infinity, 900, -1)).toBe(900);
  });

  it('may be 0, the first instant of 1970', () => {
    expect(advanceEventTime(-Infinity, 0, 0)).toBe(0);
    expect(advanceEventTime(0, 0, 0)).toBe(0);
  });

  it('does not depend on the order of arrival and never goes back', () => {
    const events = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: -1, max: 1000 })), { minLength: 1 });
    fc.assert(
      fc.property(events, (arrivals) => {
        let greatestMs = -Infinity;
        for (const [eventTimeMs, recordTimestampMs] of arrivals) {
          const nextMs = advanceEventTime(greatestMs, eventTimeMs, recordTimestampMs);
          expect(nextMs).toBeGreaterThanOrEqual(Math.max(greatestMs, 0));
          greatestMs = nextMs;
        }
        const capped = arrivals.map(([time, record]) => (record < 0 || time < record ? time : record));
        expect(greatestMs).toBe(Math.max(...capped));
      }),
    );
  });
});

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
