import type { ValueSpans } from '@antenna/event-schema';
import type { RecordCursor, SourceRecord } from '@antenna/ingestion';
import type { UnpackedBatch } from './packed-batch.ts';
import { VariableLengthReader } from './variable-length-reader.ts';

/** Bytes of a record's attributes field, which Kafka does not use yet. */
const ATTRIBUTES_LENGTH = 1;

/** Maximum records that a cursor reads ahead. */
const AHEAD = 64;

/** Reads the records of a stored batch in place. The properties are those of the record read last. */
class BatchReader {
  offset = -1;
  timestampMs = -1;
  keyStart = 0;
  /** Length of the key in bytes; negative when the record has no key. */
  keyLength = -1;
  valueStart = 0;
  /** Bytes of the value; negative when the record is a tombstone. */
  valueLength = -1;
  readonly #batch: UnpackedBatch;
  readonly #reader: VariableLengthReader;
  #left: number;

  constructor(batch: UnpackedBatch) {
    this.#batch = batch;
    this.#reader = new VariableLengthReader(batch.records);
    this.#left = batch.recordCount;
  }

  get bytes(): Buffer {
    return this.#batch.records;
  }

  /** Bytes of the batch behind the last record read. */
  get bytesLeft(): number {
    return this.bytes.length - this.#reader.position;
  }

  /**
   * Reads the next record. @returns false when there is none.
   * @throws {RangeError} when the batch does not hold the records that its head describes.
   */
  next(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    const { firstOffset, firstTimestampMs, appendedMs } = this.#batch;
    const reader = this.#reader;
    const end = reader.integer() + reader.position;
    reader.skip(ATTRIBUTES_LENGTH);
    reader.readSum(firstTimestampMs);
    // For `appendedMs ?? reader.sum`, V8 would allocate an object for the timestamp of each record.
    if (appendedMs === undefined) this.timestampMs = reader.sum;
    else this.timestampMs = appendedMs;
    this.offset = firstOffset + reader.integer();
    this.keyLength = reader.integer();
    this.keyStart = reader.skip(Math.max(0, this.keyLength));
    this.valueLength = reader.integer();
    this.valueStart = reader.skip(Math.max(0, this.valueLength));
    // Skips the headers, which are not used.
    reader.moveTo(end);
    return true;
  }
}

/** Consecutive records of a batch that were read ahead. */
class RecordsAhead implements ValueSpans {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  readonly starts = new Int32Array(AHEAD);
  /** Length of each value in bytes; negative for a tombstone. */
  readonly lengths = new Int32Array(AHEAD);
  readonly offsets = new Float64Array(AHEAD);
  readonly timestampsMs = new Float64Array(AHEAD);
  readonly keyStarts = new Int32Array(AHEAD);
  /** Bytes of each key; negative for a record without one. */
  readonly keyLengths = new Int32Array(AHEAD);

  /** Replaces the records by the next ones of a batch. @returns false, without a change, when there is none. */
  read(batch: BatchReader): boolean {
    let count = 0;
    for (; count < AHEAD && batch.next(); count += 1) {
      this.starts[count] = batch.valueStart;
      this.lengths[count] = batch.valueLength;
      this.offsets[count] = batch.offset;
      this.timestampsMs[count] = batch.timestampMs;
      this.keyStarts[count] = batch.keyStart;
      this.keyLengths[count] = batch.keyLength;
    }
    if (count === 0) return false;
    this.bytes = batch.bytes;
    this.count = count;
    return true;
  }
}

/** A cursor over the records of stored batches; it reads them in place, without copies. */
export class StoredRecords implements RecordCursor {
  offset = -1;
  timestampMs = -1;
  bytes: Buffer | null = null;
  valueStart = 0;
  valueEnd = 0;
  ahead: ValueSpans | undefined;
  readonly #batches: Iterator<UnpackedBatch>;
  readonly #fromOffset: number;
  #batch: BatchReader | undefined;
  readonly #records = new RecordsAhead();
  /** The place of the current record among those read ahead. */
  #index = -1;

  /** @param fromOffset records before this offset are skipped. */
  constructor(batches: readonly UnpackedBatch[], fromOffset: number) {
    this.#batches = batches.values();
    this.#fromOffset = fromOffset;
  }

  /** @throws {RangeError} when a batch does not hold the records that its head describes. */
  next(): boolean {
    do {
      if (this.#index + 1 >= this.#records.count && !this.#readAhead()) return false;
      this.#index += 1;
      this.#moveTo(this.#records, this.#index);
    } while (this.offset < this.#fromOffset);
    return true;
  }

  record(): SourceRecord {
    const { offset, timestampMs, bytes, valueStart, valueEnd } = this;
    const { bytes: all, keyStarts, keyLengths } = this.#records;
    const key = view(all, keyStarts[this.#index] ?? 0, keyLengths[this.#index] ?? -1);
    return { offset, timestampMs, key, value: view(bytes, valueStart, valueEnd - valueStart) };
  }

  #moveTo(records: RecordsAhead, index: number): void {
    const length = records.lengths[index] ?? -1;
    this.offset = records.offsets[index] ?? -1;
    this.timestampMs = records.timestampsMs[index] ?? -1;
    this.bytes = length < 0 ? null : records.bytes;
    this.valueStart = records.starts[index] ?? 0;
    this.valueEnd = this.valueStart + Math.max(0, length);
    this.ahead = index === 0 ? records : undefined;
  }

  /** @returns false when no batch has another record. */
  #readAhead(): boolean {
    while (this.#batch === undefined || !this.#records.read(this.#batch)) {
      const next = this.#batches.next();
      if (next.done === true) return false;
      this.#batch = new BatchReader(next.value);
    }
    this.#index = -1;
    return true;
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
  const records = new BatchReader(batch);
  let least = batch.firstOffset;
  try {
    for (; records.next(); least = records.offset + 1) {
      const { offset } = records;
      if (offset < least || offset > batch.lastOffset) return `the record with offset ${offset} is out of place`;
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return records.bytesLeft === 0 ? undefined : `${records.bytesLeft} bytes follow its last record`;
}
