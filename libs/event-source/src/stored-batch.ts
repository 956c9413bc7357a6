import type { LongBase } from './variable-length-reader.ts';

export interface StoredBatchParts {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** What the records' timestamps count from, milliseconds since 1970. */
  readonly firstTimestampMs: LongBase;
  /** The broker's own time, which all records have where the topic says so. */
  readonly appendedMs: number | undefined;
  readonly recordCount: number;
  /** Decompressed. */
  readonly records: Buffer;
}

/**
 * A batch of records as the broker stored it (the protocol's RecordBatch). In kafkajs it takes the place of a message,
 * of which kafkajs looks at nothing but the first two properties. `StoredRecords` reads what it holds.
 */
export class StoredBatch {
  /** Of its last record, so that the batch is kept when any of its records was asked for. */
  readonly offset: string;
  readonly isControlRecord = false;
  readonly parts: StoredBatchParts;

  constructor(parts: StoredBatchParts) {
    this.parts = parts;
    this.offset = String(parts.lastOffset);
  }
}
