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

  constructor(sink: string, partition: number, { position, earliest }: { position: number; earliest: number }) {
    super(
      `position ${position} of ${sink} on partition ${partition} is older than the oldest record ${earliest}: ` +
        `${earliest - position} offsets were deleted by retention before they were read; ` +
        `to go on and record the gap run speed-layer:acknowledge-gap`,
    );
  }
}

/** The topic is not the one that the positions were kept for. */
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

/** A file of the archive does not hold the rows that belong there. */
export class ArchiveConflictError extends Error {
  readonly code = 'ARCHIVE_CONFLICT';
  readonly exitCode = 1;
  override readonly name = 'ArchiveConflictError';
}
