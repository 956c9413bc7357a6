import compression from 'kafkajs/src/protocol/message/compression/index.js';
import { ByteCursor } from './byte-cursor.ts';
import { StoredBatch } from './stored-batch.ts';
import { longBase } from './variable-length-reader.ts';

/** Of a batch: first offset and length, which is told without them. */
const HEAD_LENGTH = 12;
const MAGIC_POSITION = 16;
/** Of the only format that brokers have written since Kafka 0.11. */
const MAGIC = 2;

const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** A batch, and what decides whether its records are delivered. */
export interface BatchOfSet {
  readonly batch: StoredBatch;
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  readonly producerId: bigint;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
}

/** Whether all batches of a fetched set are of the format that `batchesOf` reads. */
export function isReadable(set: Buffer): boolean {
  return completeBatches(set).every((bytes) => bytes[MAGIC_POSITION] === MAGIC);
}

/** The batches of a fetched set, without the last one where the broker has cut it off in the middle. */
export function batchesOf(set: Buffer): Promise<readonly BatchOfSet[]> {
  return Promise.all(completeBatches(set).map(batchOf));
}

function completeBatches(set: Buffer): readonly Buffer[] {
  const batches: Buffer[] = [];
  for (let start = 0; set.length - start > HEAD_LENGTH;) {
    const end = start + HEAD_LENGTH + set.readInt32BE(start + 8);
    if (end > set.length) break;
    batches.push(set.subarray(start, end));
    start = end;
  }
  return batches;
}

async function batchOf(bytes: Buffer): Promise<BatchOfSet> {
  const cursor = new ByteCursor(bytes);
  const firstOffset = cursor.int64();
  cursor.take(4 + 4 + 1 + 4); // length, leader's epoch, magic, checksum
  const attributes = cursor.int16();
  const lastOffset = firstOffset + BigInt(cursor.int32());
  const firstTimestampMs = cursor.int64();
  const greatestTimestampMs = cursor.int64();
  const producerId = cursor.int64();
  cursor.take(2 + 4); // producer's epoch, first sequence
  const recordCount = cursor.int32();
  const stored = cursor.take(cursor.left);
  const batch = new StoredBatch({
    firstOffset: Number(firstOffset),
    lastOffset: Number(lastOffset),
    firstTimestampMs: longBase(firstTimestampMs),
    appendedMs: (attributes & APPEND_TIME) === 0 ? undefined : Number(greatestTimestampMs),
    recordCount,
    records: (await compression.lookupCodecByAttributes(attributes)?.decompress(stored)) ?? stored,
  });
  const isTransactional = (attributes & TRANSACTIONAL) !== 0;
  return { batch, firstOffset, lastOffset, producerId, isTransactional, isControl: (attributes & CONTROL) !== 0 };
}
