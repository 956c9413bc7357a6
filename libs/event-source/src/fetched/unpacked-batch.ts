import type { LongBase } from './variable-length-reader.ts';

/** A stored batch whose records `StoredRecords` can read. */
export interface UnpackedBatch {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Epoch of the leader that wrote the batch. */
  readonly leaderEpoch: number;
  /** Base of the records' timestamps (milliseconds since 1970). */
  readonly firstTimestampMs: LongBase;
  /** The broker's append time, which replaces all record timestamps when the topic is set so; undefined otherwise. */
  readonly appendedMs: number | undefined;
  /** 0 when compaction has removed all records, and when the batch is hidden. */
  readonly recordCount: number;
  readonly records: Buffer;
}
