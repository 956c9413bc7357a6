import type { OffsetRange, Sink } from '../ports/index.ts';

/** Records that a sink lacks and that cannot be read any more. */
export interface UnreadableRange {
  readonly sink: Sink;
  readonly partition: number;
  readonly from: number;
  /** The offset that the sink continues from. */
  readonly to: number;
}

/**
 * The range that retention deleted before a sink took it, or undefined. The range includes the whole chunk of an open
 * intent: its files may hold some of the records already, and a partly deleted chunk cannot be redone.
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
