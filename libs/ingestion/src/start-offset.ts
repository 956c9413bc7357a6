import type { ClaimedPosition, OffsetRange, Sink } from './ports/index.ts';

/**
 * The offset to start reading a partition from, so that every sink gets the records that it lacks: the lowest position,
 * or the record before it if the log still holds it, to compare it with the stored fingerprint.
 * @throws {DataGapError} when retention has deleted records that a sink lacks.
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
  if (fingerprint === undefined || fingerprint.offset < range.earliest) return nextOffset;
  return comparedFrom([position]);
}

/** The lowest position, or the record before it that is to be compared with its fingerprint. */
export function comparedFrom(positions: readonly ClaimedPosition[]): number {
  return Math.min(
    ...positions.map(({ nextOffset, fingerprint }) => Math.min(nextOffset, fingerprint?.offset ?? Infinity)),
  );
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

/** Retention deleted records before they were read. Only an operator may decide to go on without them. */
export class DataGapError extends Error {
  readonly code = 'DATA_GAP';
  override readonly name = 'DataGapError';
  readonly sink: Sink;

  constructor(sink: Sink, partition: number, { position, earliest }: { position: number; earliest: number }) {
    super(
      `position ${position} of ${sink} on partition ${partition} is older than the oldest record ${earliest}: ` +
        `${earliest - position} offsets were deleted by retention before they were read`,
    );
    this.sink = sink;
  }
}

/**
 * The log does not hold the records that were read from it: it ends below a position, or holds another record at an
 * offset. The cause may be a truncated log or a recreated topic; the log does not show which.
 */
export class LogTruncatedError extends Error {
  readonly code = 'LOG_TRUNCATED';
  override readonly name = 'LogTruncatedError';

  constructor(partition: number, fact: string) {
    super(`partition ${partition}: ${fact}`);
  }
}

/** The topic does not have the partition that the positions were kept for. */
export class TopicRecreatedError extends Error {
  readonly code = 'TOPIC_RECREATED';
  override readonly name = 'TopicRecreatedError';

  constructor(partition: number, fact: string) {
    super(`partition ${partition}: ${fact}`);
  }
}
