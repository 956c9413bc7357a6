import { DataGapError, LogTruncatedError, TopicRecreatedError } from './errors.ts';
import type { ClaimedPosition, OffsetRange, Sink } from './ports.ts';

/**
 * Where to begin reading a partition so that every sink gets all that it lacks: at the lowest position, or at the
 * record before it where that record can still be read, to see that it is the one that was seen then.
 * @throws {DataGapError} when records that a sink lacks are gone.
 * @throws {LogTruncatedError} when a position lies beyond the end of the log.
 * @throws {TopicRecreatedError} when the topic has no such partition.
 */
export function startOffset(positions: readonly ClaimedPosition[], range: OffsetRange | undefined): number {
  return Math.min(...positions.map((position) => startOf(position, range)));
}

function startOf(position: ClaimedPosition, range: OffsetRange | undefined): number {
  const { sink, partition, nextOffset, fingerprint, openIntent } = position;
  if (range === undefined) throw new TopicRecreatedError(partition, 'the topic has no such partition any more');
  refuseUnreadable({ sink, partition, position: nextOffset }, range);
  if (openIntent !== undefined && openIntent.endOffset > range.latest) {
    throw new LogTruncatedError(
      partition,
      `a chunk up to offset ${openIntent.endOffset} was begun, the topic ends at ${range.latest}`,
    );
  }
  if (fingerprint === undefined || fingerprint.offset >= nextOffset) return nextOffset;
  return fingerprint.offset >= range.earliest ? fingerprint.offset : nextOffset;
}

/** @throws {DataGapError | LogTruncatedError} when the log does not hold a position (any more). */
export function refuseUnreadable(
  { sink, partition, position }: { sink: Sink; partition: number; position: number },
  range: OffsetRange,
): void {
  if (position < range.earliest) throw new DataGapError(sink, partition, { position, earliest: range.earliest });
  if (position > range.latest) {
    throw new LogTruncatedError(
      partition,
      `position ${position} of ${sink} is newer than the newest offset ${range.latest}`,
    );
  }
}
