import type { SourceRecord } from '@antenna/ingestion';
import { StoredRecord } from './stored-record.ts';
import { type LongBase, VariableLengthReader } from './variable-length-reader.ts';

/** Of a record, in bytes; they mean nothing yet. */
const ATTRIBUTES_LENGTH = 1;

interface StoredBatchParts {
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
 * of which kafkajs looks at nothing but the first two properties. Its records are read when they are taken, and nothing
 * is made of what nobody looks at.
 */
export class StoredBatch {
  /** Of its last record, so that the batch is kept when any of its records was asked for. */
  readonly offset: string;
  readonly isControlRecord = false;
  readonly #parts: StoredBatchParts;

  constructor(parts: StoredBatchParts) {
    this.#parts = parts;
    this.offset = String(parts.lastOffset);
  }

  /**
   * Appends the records from an offset on.
   * @throws {RangeError} when the batch does not hold what its head says.
   */
  appendTo(records: SourceRecord[], fromOffset: number): void {
    const { records: bytes, recordCount, firstOffset, firstTimestampMs, appendedMs } = this.#parts;
    const reader = new VariableLengthReader(bytes);
    for (let count = 0; count < recordCount; count += 1) {
      const end = reader.integer() + reader.position;
      reader.skip(ATTRIBUTES_LENGTH);
      const createdMs = reader.longAddedTo(firstTimestampMs);
      const offset = firstOffset + reader.integer();
      const keyLength = reader.integer();
      const keyStart = reader.skip(Math.max(0, keyLength));
      const valueLength = reader.integer();
      const valueStart = reader.skip(Math.max(0, valueLength));
      // Over the headers, which nobody looks at.
      reader.moveTo(end);
      if (offset < fromOffset) continue;
      const timestampMs = appendedMs ?? createdMs;
      records.push(new StoredRecord(bytes, { offset, timestampMs, keyStart, keyLength, valueStart, valueLength }));
    }
  }
}
