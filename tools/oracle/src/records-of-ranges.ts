/** Where a record is in the topic. */
export interface RecordPosition {
  readonly partition: number;
  readonly offset: number;
}

/** So many records of a partition between two offsets, both included. */
export interface CountedRange {
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly records: number;
}

/**
 * Which records the ranges count, if they are right: to be compared with what should be there. Ranges may overlap.
 * @param candidates positions of the records that the ranges ought to count: any other only where no range is.
 * @returns as many positions as the ranges count. Where a stretch of overlapping ranges counts more than there are
 *   candidates, or a range begins or ends where there is none, the position of its end comes once too often.
 */
export function recordsOfRanges(
  ranges: readonly CountedRange[],
  candidates: Iterable<RecordPosition>,
): RecordPosition[] {
  const offsets = Map.groupBy(candidates, ({ partition }) => partition);
  return [...Map.groupBy(ranges, ({ partition }) => partition)].flatMap(([partition, ofPartition]) => {
    const known = (offsets.get(partition) ?? []).map(({ offset }) => offset).sort((left, right) => left - right);
    return stretchesOf(ofPartition)
      .flatMap((stretch) => offsetsOf(stretch, known))
      .map((offset) => ({ partition, offset }));
  });
}

/** Ranges that overlap, together. */
function stretchesOf(ranges: readonly CountedRange[]): CountedRange[][] {
  const stretches: CountedRange[][] = [];
  let end = -1;
  for (const range of ranges.toSorted((left, right) => left.firstOffset - right.firstOffset)) {
    if (range.firstOffset > end) stretches.push([]);
    stretches.at(-1)?.push(range);
    end = Math.max(end, range.lastOffset);
  }
  return stretches;
}

function offsetsOf(stretch: readonly CountedRange[], known: readonly number[]): number[] {
  const first = Math.min(...stretch.map(({ firstOffset }) => firstOffset));
  const last = Math.max(...stretch.map(({ lastOffset }) => lastOffset));
  const records = stretch.reduce((sum, range) => sum + range.records, 0);
  const found = known.slice(firstIndexFrom(known, first), firstIndexFrom(known, last + 1));
  const isFound = new Set(found);
  const wrongEnds = stretch
    .flatMap((range) => [range.firstOffset, range.lastOffset])
    .filter((end) => !isFound.has(end));
  const tooMany = Array.from({ length: Math.max(0, records - found.length) }, () => last);
  return [...found.slice(0, records), ...tooMany, ...wrongEnds];
}

/** Where in the sorted list the first begins that is not below `offset`. */
function firstIndexFrom(sorted: readonly number[], offset: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
