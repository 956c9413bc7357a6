import { gzipSync } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';

export interface TestRecord {
  readonly offsetDelta: number;
  readonly timestampDelta: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer])[];
}

export interface TestBatch {
  readonly firstOffset: number;
  readonly firstTimestampMs: bigint;
  readonly maxTimestampMs: bigint;
  readonly hasAppendTime: boolean;
  readonly isGzipped: boolean;
  readonly isControl: boolean;
  /** Producer id of the transaction; -1 for a batch without one. */
  readonly producerId: number;
  /** Default: 0. */
  readonly leaderEpoch?: number;
  /** Default: the offset delta of the last record. */
  readonly lastOffsetDelta?: number;
  /** Replaces the packed records. */
  readonly packed?: { readonly codec: number; readonly bytes: Buffer };
  readonly records: readonly TestRecord[];
}

/** A record of a transaction marker. */
export function marker(type: 'abort' | 'commit'): TestRecord {
  const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]);
  return { offsetDelta: 0, timestampDelta: 0n, key, value: Buffer.alloc(6), headers: [] };
}

export interface TestPartition {
  readonly partition: number;
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[];
  readonly batches: readonly TestBatch[];
  /** How many bytes of the last batch the broker has cut off. */
  readonly cutOff: number;
}

/** A fetch response (version 11) of one topic, as a broker sends it. */
export function fetchResponseBytes(topic: string, partitions: readonly TestPartition[]): Buffer {
  return Buffer.concat([
    int32(0),
    int16(0),
    int32(0),
    int32(1),
    int16(topic.length),
    Buffer.from(topic),
    array(partitions, partitionBytes),
  ]);
}

function partitionBytes({ partition, aborted, batches, cutOff }: TestPartition): Buffer {
  const whole = Buffer.concat(batches.map(batchBytes));
  const set = whole.subarray(0, Math.max(0, whole.length - cutOff));
  const transactions = array(aborted, (each) => Buffer.concat([int64(each.producerId), int64(each.firstOffset)]));
  const head = [int32(partition), int16(0), int64(1_000_000), int64(1_000_000), int64(0)];
  return Buffer.concat([...head, transactions, int32(-1), int32(set.length), set]);
}

export function batchBytes(batch: TestBatch): Buffer {
  const attributes =
    (batch.packed?.codec ?? (batch.isGzipped ? 1 : 0)) |
    (batch.hasAppendTime ? 8 : 0) |
    (batch.producerId < 0 ? 0 : 16) |
    (batch.isControl ? 32 : 0);
  const records = Buffer.concat(batch.records.map(recordBytes));
  const checked = Buffer.concat([
    int16(attributes),
    int32(batch.lastOffsetDelta ?? batch.records.at(-1)?.offsetDelta ?? 0),
    int64(batch.firstTimestampMs),
    int64(batch.maxTimestampMs),
    int64(batch.producerId),
    int16(0),
    int32(0),
    int32(batch.records.length),
    batch.packed?.bytes ?? (batch.isGzipped ? gzipSync(records) : records),
  ]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32c(checked));
  const body = Buffer.concat([int32(batch.leaderEpoch ?? 0), Buffer.from([2]), checksum, checked]);
  return Buffer.concat([int64(batch.firstOffset), int32(body.length), body]);
}

export function recordBytes({ offsetDelta, timestampDelta, key, value, headers }: TestRecord): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    variable(timestampDelta),
    variable(BigInt(offsetDelta)),
    variableBytes(key),
    variableBytes(value),
    variable(BigInt(headers.length)),
    ...headers.flatMap(([name, content]) => [variableBytes(Buffer.from(name)), variableBytes(content)]),
  ]);
  return Buffer.concat([variable(BigInt(body.length)), body]);
}

function variableBytes(bytes: Buffer | null): Buffer {
  return bytes === null ? variable(-1n) : Buffer.concat([variable(BigInt(bytes.length)), bytes]);
}

/** A variable-length integer (base 128, zigzag). */
function variable(value: bigint): Buffer {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

function array<T>(elements: readonly T[], bytesOf: (element: T) => Buffer): Buffer {
  return Buffer.concat([int32(elements.length), ...elements.map(bytesOf)]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
