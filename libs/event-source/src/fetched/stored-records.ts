import type { RecordCursor, SourceRecord } from '@antenna/ingestion';
import type { UnpackedBatch } from './packed-batch.ts';
import { VariableLengthReader } from './variable-length-reader.ts';

/** Bytes of a record's attributes field, which Kafka does not use yet. */
const ATTRIBUTES_LENGTH = 1;

/** A cursor over the records of stored batches; it reads them in place, without copies. */
export class StoredRecords implements RecordCursor {
  offset = -1;
  timestampMs = -1;
  bytes: Buffer | null = null;
  valueStart = 0;
  valueEnd = 0;
  readonly #batches: Iterator<UnpackedBatch>;
  readonly #fromOffset: number;
  #batch: UnpackedBatch | undefined;
  #reader = new VariableLengthReader(new Uint8Array());
  #left = 0;
  /** The batch bytes of the current record: the cursor may already have advanced to the next batch. */
  #recordBytes: Buffer = Buffer.alloc(0);
  #keyStart = 0;
  #keyLength = -1;

  /** @param fromOffset records before this offset are skipped. */
  constructor(batches: readonly UnpackedBatch[], fromOffset: number) {
    this.#batches = batches.values();
    this.#fromOffset = fromOffset;
  }

  /** @throws {RangeError} when a batch does not hold the records that its head describes. */
  next(): boolean {
    for (let batch = this.#current(); batch !== undefined; batch = this.#current()) {
      this.#left -= 1;
      this.#read(batch);
      if (this.offset >= this.#fromOffset) return true;
    }
    return false;
  }

  /** Bytes of the current batch behind the last record read. */
  get left(): number {
    return (this.#batch?.records.length ?? 0) - this.#reader.position;
  }

  record(): SourceRecord {
    const { offset, timestampMs, bytes, valueStart, valueEnd } = this;
    const key = view(this.#recordBytes, this.#keyStart, this.#keyLength);
    return { offset, timestampMs, key, value: view(bytes, valueStart, valueEnd - valueStart) };
  }

  /** The first batch with a record left. */
  #current(): UnpackedBatch | undefined {
    while (this.#left === 0) {
      const next = this.#batches.next();
      if (next.done === true) return undefined;
      this.#batch = next.value;
      this.#left = this.#batch.recordCount;
      this.#reader = new VariableLengthReader(this.#batch.records);
    }
    return this.#batch;
  }

  #read({ records, firstOffset, firstTimestampMs, appendedMs }: UnpackedBatch): void {
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
    // Skips the headers, which are not used.
    reader.moveTo(end);
  }
}

/** `subarray` takes three times as long, since it looks up the constructor of its result. */
function view(bytes: Buffer | null, start: number, length: number): Uint8Array | null {
  return bytes === null || length < 0 ? null : new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
}

/**
 * Describes why the records of a batch cannot be read; undefined when they can. Kafka's own consumer refuses a batch
 * for the same faults: the record count differs from the head, or a record extends beyond the batch. In addition,
 * offsets must increase.
 */
export function recordsFault(batch: UnpackedBatch): string | undefined {
  const records = new StoredRecords([batch], 0);
  let least = batch.firstOffset;
  try {
    for (; records.next(); least = records.offset + 1) {
      const { offset } = records;
      if (offset < least || offset > batch.lastOffset) return `the record with offset ${offset} is out of place`;
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return records.left === 0 ? undefined : `${records.left} bytes follow its last record`;
}
