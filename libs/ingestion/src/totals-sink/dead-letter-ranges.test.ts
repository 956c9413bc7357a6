import { DeadLetterRanges } from './dead-letter-ranges.ts';

describe('ranges of dead letters', () => {
  it('count the records of each partition and reason from the first offset to the last', () => {
    const ranges = new DeadLetterRanges();
    ranges.add({ partition: 0, reason: 'not_json', firstOffset: 4, lastOffset: 4, records: 1 });
    ranges.add({ partition: 1, reason: 'not_json', firstOffset: 4, lastOffset: 4, records: 1 });
    ranges.add({ partition: 0, reason: 'damaged_batch', firstOffset: 5, lastOffset: 7, records: 3 });
    ranges.add({ partition: 0, reason: 'not_json', firstOffset: 9, lastOffset: 9, records: 1 });
    ranges.add({ partition: 0, reason: 'damaged_batch', firstOffset: 20, lastOffset: 29, records: 8 });
    expect(ranges.rows()).toEqual([
      { partition: 0, reason: 'not_json', firstOffset: 4, lastOffset: 9, records: 2 },
      { partition: 1, reason: 'not_json', firstOffset: 4, lastOffset: 4, records: 1 },
      { partition: 0, reason: 'damaged_batch', firstOffset: 5, lastOffset: 29, records: 11 },
    ]);
    expect(ranges.records).toBe(14);
  });

  it('are empty when nothing was added', () => {
    const ranges = new DeadLetterRanges();
    expect([ranges.rows(), ranges.records]).toEqual([[], 0]);
  });
});
