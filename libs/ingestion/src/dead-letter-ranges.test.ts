import { DeadLetterRanges } from './dead-letter-ranges.ts';

describe('ranges of dead letters', () => {
  it('count what was added, by partition and reason, between its first and its last offset', () => {
    const ranges = new DeadLetterRanges();
    ranges.add(0, 4, 'not_json');
    ranges.add(1, 4, 'not_json');
    ranges.add(0, 5, 'empty');
    ranges.add(0, 9, 'not_json');
    expect(ranges.rows()).toEqual([
      { partition: 0, reason: 'not_json', firstOffset: 4, lastOffset: 9, records: 2 },
      { partition: 1, reason: 'not_json', firstOffset: 4, lastOffset: 4, records: 1 },
      { partition: 0, reason: 'empty', firstOffset: 5, lastOffset: 5, records: 1 },
    ]);
    expect(ranges.records).toBe(4);
  });

  it('are none when nothing was added', () => {
    const ranges = new DeadLetterRanges();
    expect([ranges.rows(), ranges.records]).toEqual([[], 0]);
  });
});
