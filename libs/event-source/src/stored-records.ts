import type { RecordCursor, SourceRecord } from '@antenna/ingestion';
import type { StoredBatch, StoredBatchParts } from './stored-batch.ts';
import { VariableLengthReader } from './variable-length-reader.ts';

/** Of a record, in bytes; they mean nothing yet. */
const ATTRIBUTES_LENGTH = 1;

/** Reads the records of stored batches, of which it makes nothing. */
export class StoredRecords implements RecordCursor {
  offset = -1;
  timestampMs = -1;
  bytes: Buffer | null = null;
  valueStart = 0;
  valueEnd = 0;
  readonly #batches: Iterator<StoredBatch>;
  readonly #fromOffset: number;
  #batch: StoredBatchParts | undefined;
  #reader = new VariableLengthReader(new Uint8Array());
  #left = 0;
  /** Of the record's own batch: the cursor may have looked into the next one already. */
  #recordBytes: Buffer = Buffer.alloc(0);
  #keyStart = 0;
  #keyLength = -1;

  /** @param fromOffset records before it are passed over. */
  constructor(batches: readonly StoredBatch[], fromOffset: number) {
    this.#batches = batches.values();
    this.#fromOffset = fromOffset;
  }

  /** @throws {RangeError} when a batch does not hold what its head says. */
  next(): boolean {
    for (let batch = this.#current(); batch !== undefined; batch = this.#current()) {
      this.#left -= 1;
      this.#read(batch);
      if (this.offset >= this.#fromOffset) return true;
    }
    return false;
  }

  record(): SourceRecord {
    const { offset, timestampMs, bytes, valueStart, valueEnd } = this;
    const key = view(this.#recordBytes, this.#keyStart, this.#keyLength);
    return { offset, timestampMs, key, value: view(bytes, valueStart, valueEnd - valueStart) };
  }

  /** The batch that has a record left. */
  #current(): StoredBatchParts | undefined {
    while (this.#left === 0) {
      const next = this.#batches.next();
      if (next.done === true) return undefined;
      this.#batch = next.value.parts;
      this.#left = this.#batch.recordCount;
      this.#reader = new VariableLengthReader(this.#batch.records);
    }
    return this.#batch;
  }

  #read({ records, firstOffset, firstTimestampMs, appendedMs }: StoredBatchParts): void {
    const reader = this.#reader;
    const end = reader.integer() + reader.position;
    reader.skip(ATTRIBUTES_LENGTH);
    const createdMs = reader.longAddedTo(firstTimestampMs);
    this.timestampMs = appendedMs ?? createdMs;
    this.offset = firstOffset + reader.integer();
    this.#recordBytes = records;
    this.#keyLength = reader.integer();
    this.#keyStart = reader.skip(Math.max(0, this.#keyLength));
    const valueLength = reader.integer();
    this.bytes = valueLength < 0 ? null : records;
    this.valueStart = reader.skip(Math.max(0, valueLength));
    this.valueEnd = reader.position;
    // Over the headers, which nobody looks at.
    reader.moveTo(end);
  }
}

/** Not `subarray`, which takes three times as long: it looks for what to construct. */
function view(bytes: Buffer | null, start: number, length: number): Uint8Array | null {
  return bytes === null || length < 0 ? null : new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
}
