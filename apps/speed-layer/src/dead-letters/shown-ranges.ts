import type { CountedDeadLetters, FoundDeadLetters, OffsetSpan } from '@antenna/ingestion';

/** A range, and what is left of its records. */
export interface ShownRange extends CountedDeadLetters {
  /** Those of the span that were read from the topic again. */
  readonly found: number;
  /** Those that the topic does not hold any more: surely, or 0 where not all of the range was asked for. */
  readonly gone: number;
}

/** Tells of each range that reaches into the span how many of its records are still there. */
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
