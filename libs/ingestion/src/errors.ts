import type { Sink } from './ports.ts';

/** Another worker has claimed a position since, or it is not where we left it: whatever is unsaved must be thrown away. */
export class FenceLostError extends Error {
  readonly code = 'FENCE_LOST';
  override readonly name = 'FenceLostError';
}

/** Retention deleted records before they were read. Nobody but a person may decide to go on without them. */
export class DataGapError extends Error {
  readonly code = 'DATA_GAP';
  readonly exitCode = 4;
  override readonly name = 'DataGapError';
  readonly sink: Sink;

  constructor(sink: Sink, partition: number, { position, earliest }: { position: number; earliest: number }) {
    super(
      `position ${position} of ${sink} on partition ${partition} is older than the oldest record ${earliest}: ` +
        `${earliest - position} offsets were deleted by retention before they were read; ` +
        `to go on and record the gap run speed-layer:acknowledge-gap`,
    );
    this.sink = sink;
  }
}

/**
 * The log does not hold what was read of it: it ends below a position, or holds another record where one was seen. Which
 * of the two reasons it has, the log does not tell.
 */
export class LogTruncatedError extends Error {
  readonly code = 'LOG_TRUNCATED';
  readonly exitCode = 1;
  override readonly name = 'LogTruncatedError';

  constructor(partition: number, fact: string) {
    super(
      `partition ${partition}: ${fact}; if the log was truncated (an unclean leader election, a lost disk), ` +
        `run speed-layer:acknowledge-truncation; if the topic was deleted and created again, ` +
        `use a database of its own for the new topic, or bring the old one back`,
    );
  }
}

/** The topic does not have the partition that the positions were kept for. */
export class TopicRecreatedError extends Error {
  readonly code = 'TOPIC_RECREATED';
  readonly exitCode = 1;
  override readonly name = 'TopicRecreatedError';

  constructor(partition: number, fact: string) {
    super(
      `partition ${partition}: ${fact}; the topic was deleted and created again, or this is another cluster; ` +
        `use a database of its own for the new topic, or bring the old one back`,
    );
  }
}

/**
 * A partition cannot be read on from where it is, since the log holds no readable batch there. Thrown by
 * `RecordBatch.records`; the event source says what is wrong and what to do.
 */
export class UnreadableLogError extends Error {
  readonly code: 'UNREADABLE_BATCH' | 'OLD_MESSAGE_FORMAT';
  readonly exitCode = 1;
  override readonly name = 'UnreadableLogError';

  constructor(code: UnreadableLogError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A commit took longer than the database lets a statement take: it is made again with half as many records. */
export class CommitTooLongError extends Error {
  readonly code = 'COMMIT_TOO_LONG';
  readonly exitCode = 1;
  /** The same again would take as long. */
  readonly retryable = false;
  override readonly name = 'CommitTooLongError';
}

/** A sum of the totals would leave the range of a 64-bit integer. */
export class SumOutOfRangeError extends Error {
  readonly code = 'SUM_OUT_OF_RANGE';
  readonly exitCode = 1;
  override readonly name = 'SumOutOfRangeError';
}

/** A file of the archive does not hold the rows that belong there. */
export class ArchiveConflictError extends Error {
  readonly code = 'ARCHIVE_CONFLICT';
  readonly exitCode = 1;
  override readonly name = 'ArchiveConflictError';
}
