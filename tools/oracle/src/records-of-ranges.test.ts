import { type CountedRange, recordsOfRanges } from './records-of-ranges.ts';

function aRange(firstOffset: number, lastOffset: number, records: number, partition = 0): CountedRange {
  return { partition, firstOffset, lastOffset, records };
}

function at(...offsets: readonly number[]) {
  return offsets.map((offset) => ({ partition: 0, offset }));
}

describe('the records of ranges', () => {
  it('are the candidates in them', () => {
    expect(recordsOfRanges([aRange(2, 9, 3)], at(1, 2, 5, 9, 12))).toEqual(at(2, 5, 9));
  });

  // 2 ── 6      not JSON: 2, 6
  //    4 ── 9   empty: 4, 9
  it('are found for overlapping ranges together', () => {
    expect(recordsOfRanges([aRange(4, 9, 2), aRange(2, 6, 2)], at(2, 4, 6, 9))).toEqual(at(2, 4, 6, 9));
  });

  it('are those of the range’s own partition', () => {
    const other = { partition: 1, offset: 3 };
    expect(recordsOfRanges([aRange(3, 3, 1, 1)], [...at(3), other])).toEqual([other]);
  });

  it('lack those that are not counted', () => {
    expect(recordsOfRanges([aRange(2, 9, 2)], at(2, 5, 9))).toEqual(at(2, 5));
  });

  it('have one too many where too many are counted', () => {
    expect(recordsOfRanges([aRange(2, 9, 4)], at(2, 5, 9))).toEqual(at(2, 5, 9, 9));
  });

  it('have one too many where a range begins too early or ends too late', () => {
    expect(recordsOfRanges([aRange(1, 9, 3)], at(2, 5, 9))).toEqual(at(2, 5, 9, 1));
    expect(recordsOfRanges([aRange(2, 10, 3)], at(2, 5, 9))).toEqual(at(2, 5, 9, 10));
  });

  it('lack what lies beyond the end of a range that ends too early', () => {
    expect(recordsOfRanges([aRange(2, 5, 3)], at(2, 5, 9))).toEqual(at(2, 5, 5));
  });
});
