import type { CountedDeadLetters, FoundDeadLetters, OffsetSpan } from '@antenna/ingestion';

/** A range of dead letters, and how many of its records the topic still has. */
export interface ShownRange extends CountedDeadLetters {
  /** How many records of the span were read from the topic again. */
  readonly found: number;
  /** How many records the topic certainly no longer has; 0 where the span does not cover the whole range. */
  readonly gone: number;
}

/** Counts, for each range that overlaps the span, how many of its records the topic still has. */
export function rangesOf(
  span: OffsetSpan,
  { letters, ranges, hasMore, whole }: FoundDeadLetters,
): readonly ShownRange[] {
  return ranges.map((range) => {
    const found = letters.filter(
      ({ offset, reason }) =>
        reason === range.reason && offset >= range.firstOffset && offset <= range.lastOffset && !whole.has(offset),
    ).length;
    const isAsked = span.firstOffset <= range.firstOffset && span.lastOffset >= range.lastOffset && !hasMore;
    return { ...range, found, gone: isAsked ? Math.max(0, range.records - found) : 0 };
  });
}
