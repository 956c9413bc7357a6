import type { LongBase } from './variable-length-reader.ts';

/** A stored batch whose records can be read one after the other: see `StoredRecords`. */
export interface UnpackedBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Number of the leader that wrote it. */
  readonly leaderEpoch: number;
  /** What the records' timestamps count from, milliseconds since 1970. */
  readonly firstTimestampMs: LongBase;
  /** The broker's own time, which all records have where the topic says so. */
  readonly appendedMs: number | undefined;
  /** None where compaction has removed them all, and where they are not to be delivered. */
  readonly recordCount: number;
  readonly records: Buffer;
}
