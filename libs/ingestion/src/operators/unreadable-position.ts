import type { OffsetRange, Sink } from '../ports/index.ts';

/** Records that a sink lacks and that cannot be read any more. */
export interface UnreadableRange {
  readonly sink: Sink;
  readonly partition: number;
  readonly from: number;
  /** The offset to go on from. */
  readonly to: number;
}

/**
 * What retention has deleted before a sink had it, or undefined. A chunk that was being written ends where its intent
 * says: what is left of its records cannot be told from what its files hold already.
 */
export function unreadableRange(
  {
    sink,
    partition,
    position,
    intentEnd,
  }: {
    readonly sink: Sink;
    readonly partition: number;
    readonly position: number;
    readonly intentEnd: number | undefined;
  },
  { earliest }: OffsetRange,
): UnreadableRange | undefined {
  if (position >= earliest) return undefined;
  return { sink, partition, from: position, to: Math.max(earliest, intentEnd ?? 0) };
}
