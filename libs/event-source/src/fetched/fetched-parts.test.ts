import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { MAX_BATCH_BYTES } from '@antenna/event-schema';
import type { RecordBatch } from '@antenna/ingestion';
import { batchBytes, marker, recordBytes, type TestBatch } from '../testing/fetch-response-bytes.ts';
import type { AbortedTransaction } from './aborted-transactions.ts';
import { fetchedParts, InvalidBatches, Mutex } from './fetched-parts.ts';
import { FetchedSet } from './fetched-set.ts';

const MIB = 2 ** 20;

function data(firstOffset: number, count: number, changes: Partial<TestBatch> = {}): TestBatch {
  const records = Array.from({ length: count }, (_, offsetDelta) => aRecord(offsetDelta, Buffer.from('{}')));
  const times = { firstTimestampMs: 1n, maxTimestampMs: 1n, hasAppendTime: false };
  return { firstOffset, ...times, isGzipped: false, isControl: false, producerId: -1, records, ...changes };
}

function aRecord(offsetDelta: number, value: Buffer, key: Buffer | null = null) {
  return { offsetDelta, timestampDelta: 0n, key, value, headers: [] };
}

function end(firstOffset: number, producerId: number, type: 'abort' | 'commit'): TestBatch {
  return data(firstOffset, 1, { producerId, isControl: true, records: [marker(type)] });
}

interface Fetch {
  readonly batches: readonly (TestBatch | Buffer)[];
  readonly fetchedOffset?: number;
  readonly aborted?: readonly (readonly [producerId: number, firstOffset: number])[];
  readonly invalidBatches?: InvalidBatches;
  /** High watermark of the partition (exclusive end). */
  readonly end?: number;
}

/** A short form of each part; `damaged` when the rest of the fetch has to be fetched again. */
async function fetched(fetch: Fetch) {
  const short: unknown[] = [];
  const parts = partsOf(fetch, () => {
    short.push('damaged');
  });
  for await (const part of parts) short.push(shortOf(part));
  return short;
}

function partsOf(
  {
    batches,
    fetchedOffset = 0,
    aborted = [],
    invalidBatches = new InvalidBatches(),
    end: highWatermark = 1_000_000,
  }: Fetch,
  damaged: () => void = () => undefined,
) {
  const transactions = aborted.map(([producerId, firstOffset]): AbortedTransaction => {
    return { producerId: BigInt(producerId), firstOffset: BigInt(firstOffset) };
  });
  const bytes = Buffer.concat(batches.map((batch) => (Buffer.isBuffer(batch) ? batch : batchBytes(batch))));
  const place = { partition: 3, fetchedOffset, highWatermark };
  return fetchedParts(new FetchedSet(bytes, transactions), place, {
    invalidBatches,
    largeBatchMutex: new Mutex(),
    damaged,
  });
}

function shortOf(part: RecordBatch) {
  const { fetchedOffset, nextOffset, undecodable } = part;
  if (undecodable !== undefined) return [fetchedOffset, nextOffset, undecodable.reason, undecodable.records];
  try {
    return [fetchedOffset, nextOffset, ...offsetsOf(part)];
  } catch (error) {
    return [fetchedOffset, error instanceof Error && 'code' in error ? error.code : error];
  }
}

function offsetsOf(part: RecordBatch): readonly number[] {
  const offsets: number[] = [];
  for (const records = part.records(); records.next();) offsets.push(records.offset);
  return offsets;
}

describe('the records of transactional batches', () => {
  it('are delivered when the transaction was committed, without its markers', async () => {
    const batches = [data(0, 2, { producerId: 7 }), data(2, 2), end(4, 7, 'commit'), data(5, 1)];
    expect(await fetched({ batches })).toEqual([[0, 6, 0, 1, 2, 3, 5]]);
  });

  it('are not delivered when the transaction was aborted', async () => {
    const batches = [data(0, 2, { producerId: 7 }), data(2, 2), end(4, 7, 'abort'), data(5, 1, { producerId: 7 })];
    expect(await fetched({ batches, aborted: [[7, 0]] })).toEqual([[0, 6, 2, 3, 5]]);
  });

  // Both transactions began before the fetched offset.
  it('are not delivered when several overlapping transactions were aborted', async () => {
    const batches = [
      data(20, 2, { producerId: 8 }),
      data(22, 2, { producerId: 7 }),
      end(24, 8, 'abort'),
      end(25, 7, 'abort'),
    ];
    const aborted = [
      [7, 0],
      [8, 5],
    ] as const;
    expect(await fetched({ batches, aborted, fetchedOffset: 20 })).toEqual([[20, 26]]);
  });

  // 7: ├ 0 1 ─────── abort 5 ┤     8: ├ 2 3 ─ abort 4 ┤
  it('are not delivered when the transaction that began last was aborted first', async () => {
    const batches = [
      data(0, 2, { producerId: 7 }),
      data(2, 2, { producerId: 8 }),
      end(4, 8, 'abort'),
      end(5, 7, 'abort'),
      data(6, 1, { producerId: 7 }),
    ];
    const aborted = [
      [8, 2],
      [7, 0],
    ] as const;
    expect(await fetched({ batches, aborted })).toEqual([[0, 7, 6]]);
  });

  it('are delivered as an empty part when the fetch holds only a marker', async () => {
    expect(await fetched({ batches: [end(4, 7, 'commit')], fetchedOffset: 4 })).toEqual([[4, 5]]);
  });
});

describe('a record batch as Kafka stores it', () => {
  it('covers the offsets at its end that compaction removed', async () => {
    expect(await fetched({ batches: [data(0, 2, { lastOffsetDelta: 9 })] })).toEqual([[0, 10, 0, 1]]);
  });

  // Compaction keeps the head of an empty batch, since it holds the producer's last sequence number.
  it('without records leaves the current record of the cursor unchanged', async () => {
    const full = data(0, 1, { records: [aRecord(0, Buffer.from('{}'), Buffer.from('a key'))] });
    const empty = data(1, 0, { lastOffsetDelta: 3 });
    for await (const part of partsOf({ batches: [full, empty] })) {
      const cursor = part.records();
      expect([cursor.next(), cursor.next(), part.nextOffset]).toEqual([true, false, 5]);
      expect(Buffer.from(cursor.record().key!).toString()).toBe('a key');
    }
  });

  it('delivers only its records from the fetched offset on', async () => {
    expect(await fetched({ batches: [data(0, 4), data(4, 1)], fetchedOffset: 2 })).toEqual([[2, 5, 2, 3, 4]]);
  });

  it('that the broker has cut off at the end of a fetch is left out', async () => {
    const cutOff = batchBytes(data(2, 2)).subarray(0, -3);
    expect(await fetched({ batches: [data(0, 2), cutOff] })).toEqual([[0, 2, 0, 1]]);
  });
});

describe('a fetch', () => {
  /** @param random how many of the bytes are incompressible. */
  const batchOf = (firstOffset: number, bytes: number, random = 0) => {
    const value = Buffer.concat([randomBytes(random), Buffer.alloc(bytes)]);
    return data(firstOffset, 1, { isGzipped: true, records: [aRecord(0, value)] });
  };

  it('is delivered in parts of a few MiB, each beginning where the previous one ends', async () => {
    const batches = [0, 1, 2, 3, 4, 5, 6].map((offset) => batchOf(offset, 1.5 * MIB, 50_000));
    expect(await fetched({ batches })).toEqual([
      [0, 3, 0, 1, 2],
      [3, 6, 3, 4, 5],
      [6, 7, 6],
    ]);
  });

  it('is delivered in parts of one leader epoch each, with the origin of each part', async () => {
    const origins: unknown[] = [];
    const batches = [data(0, 3, { leaderEpoch: 4 }), data(3, 1, { leaderEpoch: 4 }), data(4, 2, { leaderEpoch: 6 })];
    for (const fetchedOffset of [1, 4]) {
      const rest = fetchedOffset === 1 ? batches : batches.slice(2);
      for await (const { origin, ...part } of partsOf({ batches: rest, fetchedOffset }))
        origins.push([part.fetchedOffset, part.nextOffset, origin?.leaderEpoch, origin?.firstOffset, origin?.fetch]);
    }
    const first = (origins[0] as readonly number[])[4] ?? 0;
    expect(origins).toEqual([
      [1, 4, 4, 0, first],
      [4, 6, 6, 4, first],
      [4, 6, 6, 4, first + 1],
    ]);
  });

  it('delivers a large batch as a part of its own', async () => {
    const batches = [batchOf(0, 1), batchOf(1, 9 * MIB), batchOf(2, 1)];
    expect(await fetched({ batches })).toEqual([
      [0, 1, 0],
      [1, 2, 1],
      [2, 3, 2],
    ]);
  });

  it('holds one large batch at a time in memory, across all partitions', async () => {
    const bytes = batchBytes(batchOf(0, 9 * MIB));
    const place = { partition: 3, fetchedOffset: 0, highWatermark: 9 };
    const context = { invalidBatches: new InvalidBatches(), damaged: () => undefined };
    const parts = (largeBatchMutex: Mutex) =>
      fetchedParts(new FetchedSet(bytes, []), place, { ...context, largeBatchMutex });
    const shared = new Mutex();
    const [first, second] = [parts(shared), parts(shared)];
    await first.next();
    let hasCome = false;
    const next = second.next().then(() => {
      hasCome = true;
    });
    // Takes as long as the second would without the lock.
    await parts(new Mutex()).next();
    expect(hasCome).toBe(false);
    await first.return(undefined);
    await next;
    expect(hasCome).toBe(true);
  });
});

/** The bytes with one bit inverted. */
function flipped(bytes: Buffer, position: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[position]! ^= 1;
  return copy;
}

const LENGTH = 11;
const MAGIC = 16;
const LAST_OFFSET_DELTA = 26;

describe('a fetched batch that is damaged', () => {
  const last = (batch: TestBatch) => flipped(batchBytes(batch), batchBytes(batch).length - 1);

  it('is fetched again, and the batches before it are delivered', async () => {
    expect(await fetched({ batches: [data(0, 2), last(data(2, 2)), data(4, 2)] })).toEqual(['damaged', [0, 2, 0, 1]]);
  });

  it('is delivered when the next fetch brings it intact', async () => {
    const invalidBatches = new InvalidBatches();
    await fetched({ batches: [last(data(2, 2))], fetchedOffset: 2, invalidBatches });
    expect(await fetched({ batches: [data(2, 2)], fetchedOffset: 2, invalidBatches })).toEqual([[2, 4, 2, 3]]);
  });

  it('is fetched again as long as each fetch brings other bytes', async () => {
    const invalidBatches = new InvalidBatches();
    const bytes = batchBytes(data(2, 2));
    for (const position of [bytes.length - 1, bytes.length - 2, bytes.length - 1]) {
      const batches = [flipped(bytes, position)];
      expect(await fetched({ batches, fetchedOffset: 2, invalidBatches })).toEqual(['damaged']);
    }
  });

  it('is undecodable when two fetches bring the same bytes', async () => {
    const invalidBatches = new InvalidBatches();
    const batches = [last(data(2, 2)), data(4, 2)];
    expect(await fetched({ batches, fetchedOffset: 2, invalidBatches })).toEqual(['damaged']);
    expect(await fetched({ batches, fetchedOffset: 2, invalidBatches })).toEqual([[2, 4, 'damaged_batch', 2]]);
  });

  it.each([
    ['the next batch begins at its end', [data(10, 1)], 1_000, [2, 10, 'damaged_batch', 2]],
    ['the partition ends at its end', [], 10, [2, 10, 'damaged_batch', 2]],
    ['nothing confirms its end', [], 1_000, [2, 'UNREADABLE_BATCH']],
    ['the next batch begins elsewhere', [data(11, 1)], 1_000, [2, 'UNREADABLE_BATCH']],
  ])('and compacted is counted up to its end only if its end is confirmed: %s', async (_what, behind, ends, part) => {
    const invalidBatches = new InvalidBatches();
    const fetch = {
      batches: [last(data(2, 2, { lastOffsetDelta: 7 })), ...behind],
      fetchedOffset: 2,
      invalidBatches,
      end: ends,
    };
    await fetched(fetch);
    expect(await fetched(fetch)).toEqual([part]);
  });

  it.each([
    ['its last offset', LAST_OFFSET_DELTA, [2, 'UNREADABLE_BATCH']],
    ['its format', MAGIC, [2, 'UNREADABLE_BATCH']],
    ['its first offset', 7, [2, 'UNREADABLE_BATCH']],
    ['its length', LENGTH, [2, 5, 'damaged_batch', 3]],
  ])('in %s never moves the position to a wrong end of the batch', async (_what, position, part) => {
    const invalidBatches = new InvalidBatches();
    const batches = [flipped(batchBytes(data(2, 3)), position), data(5, 2)];
    expect(await fetched({ batches, fetchedOffset: 2, invalidBatches })).toEqual(['damaged']);
    expect(await fetched({ batches, fetchedOffset: 2, invalidBatches })).toEqual([part]);
  });

  it('in its first offset, so that it lies within the next batch, is fetched again', async () => {
    const batches = [flipped(batchBytes(data(2, 3)), 7), data(5, 2)];
    expect(await fetched({ batches, fetchedOffset: 2 })).toEqual(['damaged']);
  });

  it('so that it reaches beyond the end of the partition is fetched again', async () => {
    expect(await fetched({ batches: [data(2, 3)], fetchedOffset: 2, end: 4 })).toEqual(['damaged']);
  });

  it.each([0, 1])('so that it has the old message format %d is refused', async (magic) => {
    const invalidBatches = new InvalidBatches();
    const bytes = batchBytes(data(2, 3));
    bytes[MAGIC] = magic;
    await fetched({ batches: [bytes], fetchedOffset: 2, invalidBatches });
    expect(await fetched({ batches: [bytes], fetchedOffset: 2, invalidBatches })).toEqual([[2, 'OLD_MESSAGE_FORMAT']]);
  });
});

describe('an undecodable batch with a correct checksum', () => {
  const records = Buffer.concat([0, 1].map((offsetDelta) => recordBytes(aRecord(offsetDelta, Buffer.from('{}')))));

  it.each([
    ['it is not packed by its codec', 1, Buffer.from('not packed'), 'undecodable_batch'],
    ['its packed bytes are cut short', 1, gzipSync(records).subarray(0, -9), 'undecodable_batch'],
    ['its codec is unknown', 6, records, 'undecodable_batch'],
    ['a record extends beyond it', 0, records.subarray(0, -1), 'undecodable_batch'],
    ['more bytes follow its records', 1, gzipSync(Buffer.concat([records, records])), 'undecodable_batch'],
    [
      'its offsets do not increase',
      0,
      Buffer.concat([records.subarray(8), records.subarray(0, 8)]),
      'undecodable_batch',
    ],
    ['it unpacks to more than the limit', 1, gzipSync(Buffer.alloc(MAX_BATCH_BYTES + 1)), 'oversized_batch'],
  ])('is left out, and the batches behind it are delivered: %s', async (_what, codec, bytes, reason) => {
    const batches = [data(0, 2), data(2, 2, { packed: { codec, bytes } }), data(4, 2)];
    expect(await fetched({ batches })).toEqual([
      [0, 2, 0, 1],
      [2, 4, reason, 2],
      [4, 6, 4, 5],
    ]);
  });

  it('is hidden without being unpacked when its transaction was aborted', async () => {
    const batch = data(0, 2, { producerId: 7, packed: { codec: 1, bytes: Buffer.from('not packed') } });
    expect(await fetched({ batches: [batch, end(2, 7, 'abort')], aborted: [[7, 0]] })).toEqual([[0, 3]]);
  });

  it('ends its fetch when it is a marker, since later batches depend on the marker', async () => {
    const broken = data(1, 1, { producerId: 7, isControl: true, packed: { codec: 0, bytes: Buffer.from('?') } });
    expect(await fetched({ batches: [data(0, 1), broken, data(2, 1)] })).toEqual([
      [0, 1, 0],
      [1, 2, 'undecodable_batch', 1],
    ]);
  });
});
