import { crc32c } from '@node-rs/crc32';
import { ByteCursor } from './byte-cursor.ts';
import { type LongBase, longBase } from './variable-length-reader.ts';

/** Of a batch: first offset and length, which does not count them. */
const PREFIX_LENGTH = 12;
/** Of a batch without records, behind first offset and length. */
const HEAD_LENGTH = 49;
const MAGIC_POSITION = 16;
/** What lies before it is set by the broker, and not covered by the checksum. */
const CHECKED_POSITION = 21;

const CODEC = 0x07;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** The only format that brokers have written since Kafka 0.11. */
const CURRENT_MAGIC = 2;

/** What the head of a stored batch says about it. Offsets beyond 2^53 are not exact, and plausible nowhere. */
export interface BatchHead {
  readonly firstOffset: number;
  /** Stays when compaction removes the last record. */
  readonly lastOffset: number;
  /** Number of the leader that wrote it; each election gives a greater one. Set by the broker, not covered by the checksum. */
  readonly leaderEpoch: number;
  /** What the records' timestamps count from, milliseconds since 1970. */
  readonly firstTimestampMs: LongBase;
  /** The broker's own time, which all records have where the topic says so. */
  readonly appendedMs: number | undefined;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  /** A transaction marker, which is no record of the topic's. */
  readonly isControl: boolean;
  readonly codec: number;
  readonly recordCount: number;
}

/** A batch of records as the broker stored it (the protocol's RecordBatch). */
export interface PackedBatch {
  /** From the first byte of its head to the last of its records. */
  readonly bytes: Buffer;
  readonly head: BatchHead;
  /** The records as the codec packed them. */
  readonly packed: Buffer;
}

/** Bytes where a batch of the current format should be. */
export interface NoBatch {
  readonly bytes: Buffer;
  /** Records of message formats that Kafka before 0.11 wrote. */
  readonly isOldFormat: boolean;
}

/** The batches of a fetched set, without the last one where the broker has cut it off. The first one is never cut off. */
export function* packedBatches(set: Buffer): Generator<PackedBatch | NoBatch> {
  for (let start = 0; start < set.length;) {
    const bytes = batchAt(set, start);
    if (bytes === undefined && start > 0) return;
    yield packedBatch(bytes ?? set);
    start += bytes?.length ?? set.length;
  }
}

/** Undefined when it does not lie in the set. */
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

/** Whether the bytes are those that the producer sent: CRC-32C over all that the broker does not set itself. */
export function isIntact({ bytes }: PackedBatch): boolean {
  return crc32c(bytes.subarray(CHECKED_POSITION)) === bytes.readUInt32BE(CHECKED_POSITION - 4);
}
