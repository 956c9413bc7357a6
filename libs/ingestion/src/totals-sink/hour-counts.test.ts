import { HourCounts } from './hour-counts.ts';

const NINE = Date.UTC(2022, 9, 29, 9);
const TEN = Date.UTC(2022, 9, 29, 10);

describe('the events of each hour', () => {
  it('are counted by hour and partition, sorted, with their bytes and their last offset', () => {
    const counts = new HourCounts();
    counts.add(1, 40, { eventTimeMs: TEN, bytes: 1 });
    counts.add(1, 43, { eventTimeMs: TEN - 1, bytes: 2 });
    counts.add(0, 7, { eventTimeMs: TEN, bytes: 3 });
    counts.add(1, 44, { eventTimeMs: TEN + 3_599_999, bytes: 4 });
    expect(counts.rows()).toEqual([
      { partition: 1, hourMs: NINE, events: 1, eventBytes: 2n, lastOffset: 43 },
      { partition: 0, hourMs: TEN, events: 1, eventBytes: 3n, lastOffset: 7 },
      { partition: 1, hourMs: TEN, events: 2, eventBytes: 5n, lastOffset: 44 },
    ]);
  });

  it('have an exact sum of bytes beyond 2^53', () => {
    const counts = new HourCounts();
    for (let offset = 0; offset < 5; offset += 1) counts.add(0, offset, { eventTimeMs: TEN, bytes: 2 ** 52 - 1 });
    expect(counts.rows()).toMatchObject([{ events: 5, eventBytes: 5n * (2n ** 52n - 1n) }]);
  });

  it('are empty when nothing was added', () => {
    expect(new HourCounts().rows()).toEqual([]);
  });
});
