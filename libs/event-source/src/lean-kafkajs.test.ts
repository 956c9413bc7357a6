import type { RecordBatch, RecordCursor, SourceRecord } from '@antenna/ingestion';
import fc from 'fast-check';
import Batch from 'kafkajs/src/consumer/batch.js';
import manifest from 'kafkajs/package.json' with { type: 'json' };
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { consumeInBatches } from './lean-kafkajs.ts';
import { recordBatch } from './record-batch.ts';
import { fetchResponseBytes, marker, type TestBatch, type TestPartition } from './testing/fetch-response-bytes.ts';

const decodeAsReleased = response.decode.bind(response);
const decode = (raw: Buffer) => response.decode(raw);
const scheduleAsReleased = Reflect.get(RequestQueue.prototype, 'scheduleCheckPendingRequests');

beforeAll(() => {
  consumeInBatches('devices');
});

interface Decoded {
  readonly responses: readonly { readonly partitions: readonly unknown[] }[];
}

interface FetchedBatch extends Omit<RecordBatch, 'records'> {
  readonly records: readonly SourceRecord[];
  /** Whether kafkajs hands it to the consumer's handler. */
  readonly isDelivered: boolean;
}

/** What the worker gets of a response when it has fetched from an offset. */
async function batches(
  decodeWith: (raw: Buffer) => Promise<unknown>,
  raw: Buffer,
  fetchedOffset: number,
): Promise<FetchedBatch[]> {
  const { responses } = (await decodeWith(raw)) as Decoded;
  return responses.flatMap(({ partitions }) =>
    partitions.map((partition) => {
      const batch = new Batch('devices', String(fetchedOffset), partition);
      const taken = recordBatch(batch);
      return { ...taken, records: plainRecords(taken.records()), isDelivered: !batch.isEmpty() };
    }),
  );
}

function plainRecords(cursor: RecordCursor): SourceRecord[] {
  const records: SourceRecord[] = [];
  while (cursor.next()) {
    const { offset, timestampMs, bytes, valueStart, valueEnd } = cursor;
    const record = plain(cursor.record());
    expect({ offset, timestampMs, value: bytes && Uint8Array.from(bytes.subarray(valueStart, valueEnd)) }).toEqual({
      offset: record.offset,
      timestampMs: record.timestampMs,
      value: record.value,
    });
    records.push(record);
  }
  return records;
}

function plain({ offset, timestampMs, key, value }: SourceRecord): SourceRecord {
  return { offset, timestampMs, key: key && Uint8Array.from(key), value: value && Uint8Array.from(value) };
}

const bytes = fc.option(
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  { nil: null },
);

const record = fc.record({
  gap: fc.nat(3),
  timestampDelta: fc.oneof(fc.bigInt(-1000n, 1000n), fc.bigInt(-(2n ** 60n), 2n ** 60n)),
  key: bytes,
  value: bytes,
  headers: fc.array(
    fc.tuple(
      fc.constantFrom('a', 'trace'),
      fc.uint8Array({ maxLength: 9 }).map((array) => Buffer.from(array)),
    ),
  ),
});

const batch = fc
  .record({
    firstTimestampMs: fc.oneof(fc.constant(1_667_052_000_000n), fc.bigInt(-(2n ** 62n), 2n ** 62n)),
    maxTimestampMs: fc.bigInt(0n, 2n ** 42n),
    hasAppendTime: fc.boolean(),
    isGzipped: fc.boolean(),
    records: fc.array(record, { minLength: 1, maxLength: 12 }),
  })
  .map(({ records, ...head }) => {
    let next = 0;
    const placed = records.map(({ gap, ...rest }) => {
      const offsetDelta = next + gap;
      next = offsetDelta + 1;
      return { ...rest, offsetDelta };
    });
    return { ...head, isControl: false, producerId: -1, records: placed };
  });

const partitions = fc.array(fc.tuple(fc.array(batch, { maxLength: 4 }), fc.nat(60)), { maxLength: 3 });

/** One after the other, beginning at offset 100. */
function inOrder(batchesOfPartition: readonly Omit<TestBatch, 'firstOffset'>[]): TestBatch[] {
  let next = 100;
  return batchesOfPartition.map((each) => {
    const firstOffset = next;
    next += (each.records.at(-1)?.offsetDelta ?? 0) + 1;
    return { ...each, firstOffset };
  });
}

describe('kafkajs without what nobody looks at', () => {
  it('is the version that it was written for', () => {
    expect(manifest.version).toBe('2.2.4');
  });

  it('gives the records that it gives as it was released', async () => {
    await fc.assert(
      fc.asyncProperty(partitions, fc.integer({ min: 95, max: 130 }), async (sets, fetchedOffset) => {
        const all = sets.map(([batchesOfPartition, cutOff], partition): TestPartition => ({
          partition,
          cutOff,
          aborted: [],
          batches: inOrder(batchesOfPartition),
        }));
        const raw = fetchResponseBytes('devices', all);
        const lean = await batches(decode, raw, fetchedOffset);
        const released = await batches(decodeAsReleased, raw, fetchedOffset);
        expect(lean).toEqual(released);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the topics of others as they are', async () => {
    const raw = fetchResponseBytes('others', [partitionOf([])]);
    expect(await response.decode(raw)).toEqual(await decodeAsReleased(raw));
    const filled = fetchResponseBytes('others', [partitionOf([data(0, 3)])]);
    expect(await response.decode(filled)).toEqual(await decodeAsReleased(filled));
  });
});

function data(firstOffset: number, count: number, producerId = -1): TestBatch {
  const records = Array.from({ length: count }, (_, offsetDelta) => {
    return { offsetDelta, timestampDelta: 0n, key: null, value: Buffer.from('{}'), headers: [] };
  });
  const times = { firstTimestampMs: 1n, maxTimestampMs: 1n, hasAppendTime: false };
  return { firstOffset, ...times, isGzipped: false, isControl: false, producerId, records };
}

function end(firstOffset: number, producerId: number, type: 'abort' | 'commit'): TestBatch {
  return { ...data(firstOffset, 1, producerId), isControl: true, records: [marker(type)] };
}

function partitionOf(
  batchesOfPartition: readonly TestBatch[],
  aborted: readonly (readonly [producerId: number, firstOffset: number])[] = [],
): TestPartition {
  const transactions = aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset }));
  return { partition: 0, cutOff: 0, aborted: transactions, batches: batchesOfPartition };
}

async function fetched(partition: TestPartition, fetchedOffset: number) {
  const [only] = await batches(decode, fetchResponseBytes('devices', [partition]), fetchedOffset);
  const offsets = only?.records.map(({ offset }) => offset);
  return { offsets, nextOffset: only?.nextOffset, isDelivered: only?.isDelivered };
}

describe('records of transactions', () => {
  it('come when they were committed, and the markers do not', async () => {
    const partition = partitionOf([data(0, 2, 7), data(2, 2), end(4, 7, 'commit'), data(5, 1)]);
    expect(await fetched(partition, 0)).toMatchObject({ offsets: [0, 1, 2, 3, 5], nextOffset: 6 });
  });

  it('do not come when they were aborted', async () => {
    const partition = partitionOf([data(0, 2, 7), data(2, 2), end(4, 7, 'abort'), data(5, 1, 7)], [[7, 0]]);
    expect(await fetched(partition, 0)).toMatchObject({ offsets: [2, 3, 5], nextOffset: 6 });
  });

  // Each of the two began before the offset that was asked for.
  it('do not come when several were aborted at the same time', async () => {
    const partition = partitionOf(
      [data(20, 2, 8), data(22, 2, 7), end(24, 8, 'abort'), end(25, 7, 'abort')],
      [
        [7, 0],
        [8, 5],
      ],
    );
    expect(await fetched(partition, 20)).toEqual({ offsets: [], nextOffset: 26, isDelivered: true });
  });

  // 7: ├ 0 1 ─────── abort 5 ┤     8: ├ 2 3 ─ abort 4 ┤
  it('do not come when the transaction that began last was aborted first', async () => {
    const partition = partitionOf(
      [data(0, 2, 7), data(2, 2, 8), end(4, 8, 'abort'), end(5, 7, 'abort'), data(6, 1, 7)],
      [
        [8, 2],
        [7, 0],
      ],
    );
    expect(await fetched(partition, 0)).toMatchObject({ offsets: [6], nextOffset: 7 });
  });

  it('reach the handler as a batch without records when nothing but a marker is left', async () => {
    const partition = partitionOf([end(4, 7, 'commit')]);
    expect(await fetched(partition, 4)).toEqual({ offsets: [], nextOffset: 5, isDelivered: true });
  });
});

describe('a batch', () => {
  it('reaches over offsets at its end that were compacted away', async () => {
    expect(await fetched(partitionOf([{ ...data(0, 2), lastOffsetDelta: 9 }]), 0)).toMatchObject({ nextOffset: 10 });
  });

  // Compaction leaves the head of a batch for the sake of its producer.
  it('is told about as it is when another follows that holds no record any more', async () => {
    const whole = data(0, 1);
    const full = { ...whole, records: whole.records.map((record) => ({ ...record, key: Buffer.from('a key') })) };
    const empty = { ...data(1, 0), lastOffsetDelta: 3 };
    const { responses } = (await decode(fetchResponseBytes('devices', [partitionOf([full, empty])]))) as Decoded;
    const batch = recordBatch(new Batch('devices', '0', responses[0]?.partitions[0]));
    const cursor = batch.records();
    expect([cursor.next(), cursor.next(), batch.nextOffset]).toEqual([true, false, 5]);
    expect(plain(cursor.record())).toMatchObject({ offset: 0, key: Uint8Array.from(Buffer.from('a key')) });
  });

  it('is refused when a record reaches beyond it', async () => {
    const raw = fetchResponseBytes('devices', [partitionOf([data(0, 2)])]);
    const lengthOfLastRecord = raw.length - 9;
    raw[lengthOfLastRecord] = 0x7e;
    await expect(batches(decode, raw, 0)).rejects.toThrow(RangeError);
  });
});

describe('a request queue', () => {
  it('sets a timer only while requests are waiting', () => {
    const timerOf = (pending: readonly unknown[], schedule: () => void): unknown => {
      const queue: Record<string, unknown> = { pending, throttledUntil: -1, throttleCheckTimeoutId: null };
      schedule.call(queue);
      const timer = queue['throttleCheckTimeoutId'];
      clearTimeout(timer as NodeJS.Timeout | undefined);
      return timer;
    };
    const schedule = Reflect.get(RequestQueue.prototype, 'scheduleCheckPendingRequests');
    expect(timerOf([], scheduleAsReleased)).not.toBeNull();
    expect(timerOf([], schedule)).toBeNull();
    expect(timerOf(['a request'], schedule)).not.toBeNull();
  });
});
