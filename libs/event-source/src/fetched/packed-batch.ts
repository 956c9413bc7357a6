import { crc32c } from '@node-rs/crc32';
import { ByteCursor } from './byte-cursor.ts';
import { type LongBase, longBase } from './variable-length-reader.ts';

/** Bytes of a batch up to the end of its length field, which does not count them: first offset and length. */
const PREFIX_LENGTH = 12;
/** Bytes of a batch between its length field and its first record. */
const HEAD_LENGTH = 49;
const MAGIC_POSITION = 16;
/** The checksum covers the bytes from here on; the broker sets the bytes before. */
const CHECKED_POSITION = 21;

const CODEC = 0x07;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** Magic byte of the only message format that brokers have written since Kafka 0.11. */
const CURRENT_MAGIC = 2;

/** The head of a stored batch. Offsets beyond 2^53 are inexact; no valid batch has them. */
export interface BatchHead {
  readonly firstOffset: number;
  /** Keeps its value when compaction removes the last record. */
  readonly lastOffset: number;
  /**
   * Epoch of the leader that wrote the batch; each election increases it. The broker sets it; no checksum covers it.
   */
  readonly leaderEpoch: number;
  /** Base of the records' timestamps (milliseconds since 1970). */
  readonly firstTimestampMs: LongBase;
  /** The broker's append time, which replaces all record timestamps when the topic is set so; undefined otherwise. */
  readonly appendedMs: number | undefined;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  /** True for a control batch: its record is a transaction marker, not data. */
  readonly isControl: boolean;
  readonly codec: number;
  readonly recordCount: number;
}

/** A batch of records as the broker stored it (the protocol's RecordBatch). */
export interface PackedBatch {
  /** The whole batch, from the first byte of its head to the last of its records. */
  readonly bytes: Buffer;
  readonly head: BatchHead;
  /** The records, compressed with the batch's codec. */
  readonly packed: Buffer;
}

/** Bytes that are no batch of the current format although one is expected there. */
export interface NoBatch {
  readonly bytes: Buffer;
  /** True for the message formats of Kafka before 0.11. */
  readonly isOldFormat: boolean;
}

/**
 * The whole batches of a fetched set. The broker may cut the last batch off, which is left out, but never the first.
 */
export function* packedBatches(set: Buffer): Generator<PackedBatch | NoBatch> {
  if (set.length > 0 && batchAt(set, 0) === undefined) yield packedBatch(set);
  for (const bytes of wholeBatches(set)) yield packedBatch(bytes);
}

/** The offset behind the last whole batch of a fetched set; undefined without one, or for another format. */
export function endOffset(set: Buffer): number | undefined {
  const last = [...wholeBatches(set)].at(-1);
  const batch = last && packedBatch(last);
  return batch !== undefined && 'head' in batch ? batch.head.lastOffset + 1 : undefined;
}

function* wholeBatches(set: Buffer): Generator<Buffer> {
  for (let start = 0; ;) {
    const bytes = batchAt(set, start);
    if (bytes === undefined) return;
    yield bytes;
    start += bytes.length;
  }
}

/** @returns undefined when the batch does not lie in the set entirely. */
function batchAt(set: Buffer, start: number): Buffer | undefined {
  if (set.length - start < PREFIX_LENGTH + HEAD_LENGTH) return undefined;
  const length = set.readInt32BE(start + PREFIX_LENGTH - 4);
  const end = start + PREFIX_LENGTH + length;
  return length < 0 || end > set.length ? undefined : set.subarray(start, end);
}

function packedBatch(bytes: Buffer): PackedBatch | NoBatch {
  const magic = bytes[MAGIC_POSITION];
  if (magic === CURRENT_MAGIC && bytes.length >= PREFIX_LENGTH + HEAD_LENGTH) return batchOf(bytes);
  return { bytes, isOldFormat: magic === 0 || magic === 1 };
}

function batchOf(bytes: Buffer): PackedBatch {
  const cursor = new ByteCursor(bytes);
  const firstOffset = Number(cursor.int64());
  cursor.take(4); // length
  const leaderEpoch = cursor.int32();
  cursor.take(1 + 4); // magic, checksum
  const attributes = cursor.int16();
  const lastOffset = firstOffset + cursor.int32();
  const firstTimestampMs = longBase(cursor.int64());
  const greatestTimestampMs = Number(cursor.int64());
  const producerId = cursor.int64();
  cursor.take(2 + 4); // producer's epoch, first sequence
  const recordCount = cursor.int32();
  return {
    bytes,
    head: {
      firstOffset,
      lastOffset,
      leaderEpoch,
      firstTimestampMs,
      appendedMs: (attributes & APPEND_TIME) === 0 ? undefined : greatestTimestampMs,
      producerId,
      isTransactional: (attributes & TRANSACTIONAL) !== 0,
      isControl: (attributes & CONTROL) !== 0,
      codec: attributes & CODEC,
      recordCount,
    },
    packed: cursor.take(cursor.left),
  };
}

/** Whether the CRC-32C matches. It covers all bytes of the batch that the producer, not the broker, sets. */
export function isIntact({ bytes }: PackedBatch): boolean {
  return crc32c(bytes.subarray(CHECKED_POSITION)) === bytes.readUInt32BE(CHECKED_POSITION - 4);
}

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
  /** Number of records in the batch: 0 when compaction has removed all of them, or when the batch is hidden. */
  readonly recordCount: number;
  readonly records: Buffer;
}
