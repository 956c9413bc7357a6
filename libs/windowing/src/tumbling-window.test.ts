import fc from 'fast-check';
import { FIVE_MINUTES, hourOf, ONE_HOUR, tumblingWindow } from './index.ts';

function at(time: string): number {
  return Date.parse(`2022-10-29T${time}Z`);
}

describe('a tumbling window of five minutes', () => {
  // 13:14:59.999 ──┤13:15:00.000 ─────────── 13:19:59.999├── 13:20:00.000
  it('holds an event at its first instant', () => {
    expect(FIVE_MINUTES.startOf(at('13:15:00.000'))).toBe(at('13:15:00.000'));
  });

  it('holds an event at its last instant', () => {
    expect(FIVE_MINUTES.startOf(at('13:19:59.999'))).toBe(at('13:15:00.000'));
  });

  it('does not hold an event at the instant it ends', () => {
    expect(FIVE_MINUTES.startOf(at('13:20:00.000'))).toBe(at('13:20:00.000'));
  });

  it('does not hold an event at the instant before it starts', () => {
    expect(FIVE_MINUTES.startOf(at('13:14:59.999'))).toBe(at('13:10:00.000'));
  });

  it('is one of twelve in each hour, and none of them spans two hours', () => {
    const starts = Array.from({ length: 3600 }, (_, second) => FIVE_MINUTES.startOf(at('13:00:00') + second * 1000));
    expect(new Set(starts).size).toBe(12);
    expect(new Set(starts.map(hourOf))).toEqual(new Set([at('13:00:00')]));
  });
});

describe('a tumbling window of an hour', () => {
  // 12:59:59.999 ──┤13:00:00.000 ─────────── 13:59:59.999├── 14:00:00.000
  it.each([
    ['12:59:59.999', '12:00:00'],
    ['13:00:00.000', '13:00:00'],
    ['13:59:59.999', '13:00:00'],
    ['14:00:00.000', '14:00:00'],
  ])('that holds %s starts at %s', (instant, start) => {
    expect(ONE_HOUR.startOf(at(instant))).toBe(at(start));
    expect(hourOf(at(instant))).toBe(at(start));
  });
});

describe('tumbling windows of any size', () => {
  const sizes = fc.integer({ min: 1, max: 100_000_000_000 });
  const instants = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });

  it('start at a multiple of the size, and include the instants from their start to before their end', () => {
    fc.assert(
      fc.property(sizes, instants, (sizeMs, timeMs) => {
        const startMs = tumblingWindow(sizeMs).startOf(timeMs);
        expect(Math.abs(startMs % sizeMs)).toBe(0);
        expect(startMs).toBeLessThanOrEqual(timeMs);
        expect(startMs + sizeMs).toBeGreaterThan(timeMs);
      }),
      { numRuns: 2000 },
    );
  });

  // -5 min ──┤0 = 1970-01-01T00:00:00.000├── +5 min
  it('are aligned to 1970, also before it', () => {
    expect(FIVE_MINUTES.startOf(0)).toBe(0);
    expect(FIVE_MINUTES.startOf(-1)).toBe(-300_000);
    expect(FIVE_MINUTES.startOf(-300_000)).toBe(-300_000);
    expect(FIVE_MINUTES.startOf(-300_001)).toBe(-600_000);
  });

  it('of one millisecond include one instant', () => {
    expect(tumblingWindow(1).startOf(1_667_048_400_001)).toBe(1_667_048_400_001);
  });

  it.each([0, -1, 0.5, NaN, Infinity, 2 ** 53])('cannot have a size of %d', (sizeMs) => {
    expect(() => tumblingWindow(sizeMs)).toThrow(RangeError);
  });
});
