import type { RecordBatch, RecordCursor, SourceRecord } from '@antenna/ingestion';
import fc from 'fast-check';
import type { Batch } from 'kafkajs';
import BatchOfClient from 'kafkajs/src/consumer/batch.js';
import manifest from 'kafkajs/package.json' with { type: 'json' };
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import response from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { consumeInSets } from './kafkajs-patches.ts';
import { fetchResponseBytes, type TestBatch, type TestPartition } from './testing/fetch-response-bytes.ts';
import { partsOfFetch } from './testing/fetch-directly.ts';

const decodeAsReleased = response.decode.bind(response);
const scheduleAsReleased = Reflect.get(RequestQueue.prototype, 'scheduleCheckPendingRequests');

beforeAll(() => {
  consumeInSets('devices');
});

interface Decoded {
  readonly responses: readonly { readonly partitions: readonly unknown[] }[];
}

/** The batches that kafkajs makes of one response to a fetch from this offset. */
function batchesOf(decoded: unknown, fetchedOffset: number): readonly Batch[] {
  const { responses } = decoded as Decoded;
  return responses.flatMap(({ partitions }) =>
    partitions.map((partition) => new BatchOfClient('devices', String(fetchedOffset), partition)),
  );
}

interface Delivered {
  readonly records: readonly SourceRecord[];
  readonly nextOffset: number;
}

async function deliveredLean(batch: Batch): Promise<Delivered | undefined> {
  const parts = batch.isEmpty() ? [] : await partsOfFetch(batch);
  const last = parts.at(-1);
  return last && { records: parts.flatMap((part) => plainRecords(part)), nextOffset: last.nextOffset };
}

function deliveredAsReleased(batch: Batch): Delivered | undefined {
  if (batch.isEmpty()) return undefined;
  const records = batch.messages.map(({ offset, timestamp, key, value }) => {
    return plain({ offset: Number(offset), timestampMs: Number(timestamp), key, value });
  });
  return { records, nextOffset: Number(batch.lastOffset()) + 1 };
}

function plainRecords(part: RecordBatch): SourceRecord[] {
  const records: SourceRecord[] = [];
  for (const cursor = part.records(); cursor.next();) records.push(checkedRecord(cursor));
  return records;
}

/** The cursor's record, after a check that the cursor's own fields agree with it. */
function checkedRecord(cursor: RecordCursor): SourceRecord {
  const { offset, timestampMs, bytes, valueStart, valueEnd } = cursor;
  const record = plain(cursor.record());
  expect({ offset, timestampMs, value: bytes && Uint8Array.from(bytes.subarray(valueStart, valueEnd)) }).toEqual({
    offset: record.offset,
    timestampMs: record.timestampMs,
    value: record.value,
  });
  return record;
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
  timestampDelta: fc.oneof(
    fc.bigInt(-1000n, 1000n),
    fc.bigInt(-(2n ** 36n), 2n ** 36n),
    fc.bigInt(-(2n ** 60n), 2n ** 60n),
  ),
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

/** Of the smallest batch, 68 bytes, the unpatched kafkajs has to find the first 17, or it throws. */
const cutOffBytes = fc.nat(51);
const partitions = fc.array(fc.tuple(fc.array(batch, { maxLength: 4 }), cutOffBytes), { maxLength: 3 });

/** Batches in sequence from offset 100 on, without those that end before the fetched offset. */
function inOrder(batchesOfPartition: readonly Omit<TestBatch, 'firstOffset'>[], fetchedOffset: number): TestBatch[] {
  let next = 100;
  const placed = batchesOfPartition.map((each) => {
    const firstOffset = next;
    next += each.records.at(-1)!.offsetDelta + 1;
    return { ...each, firstOffset };
  });
  return placed.filter(({ firstOffset, records }) => firstOffset + records.at(-1)!.offsetDelta >= fetchedOffset);
}

describe('the patched kafkajs, which does not decode records', () => {
  it('is the version that the patches were written for', () => {
    expect(manifest.version).toBe('2.2.4');
  });

  it('delivers the same records as the unpatched one', async () => {
    await fc.assert(
      fc.asyncProperty(partitions, fc.integer({ min: 95, max: 130 }), async (sets, fetchedOffset) => {
        const all = sets.map(([batchesOfPartition, cutOff], partition): TestPartition => ({
          partition,
          cutOff,
          aborted: [],
          batches: inOrder(batchesOfPartition, fetchedOffset),
        }));
        const raw = fetchResponseBytes('devices', all);
        const lean = batchesOf(await response.decode(raw), fetchedOffset);
        const released = batchesOf(await decodeAsReleased(raw), fetchedOffset);
        expect(await Promise.all(lean.map(deliveredLean))).toEqual(released.map(deliveredAsReleased));
      }),
      { numRuns: 300 },
    );
  });

  it.each([52, 57, 60])('hands over no record of a lone batch of which %s of 68 bytes are cut off', async (cutOff) => {
    const smallest = {
      ...data(0, 1),
      records: [{ offsetDelta: 0, timestampDelta: 0n, key: null, value: null, headers: [] }],
    };
    const raw = fetchResponseBytes('devices', [{ ...aPartition([smallest]), cutOff }]);
    const [batch] = batchesOf(await response.decode(raw), 0);
    expect(batch && (await deliveredLean(batch))).toBeUndefined();
    await expect(decodeAsReleased(raw)).rejects.toThrow('outside buffer bounds');
  });

  it('hands over a fetched set for any fetched offset', async () => {
    const raw = fetchResponseBytes('devices', [aPartition([data(0, 3)])]);
    const [late] = batchesOf(await response.decode(raw), 2 ** 52);
    expect(late?.isEmpty()).toBe(false);
  });

  it('hands over nothing of a partition without new batches', async () => {
    const raw = fetchResponseBytes('devices', [aPartition([])]);
    const [empty] = batchesOf(await response.decode(raw), 0);
    expect(empty?.isEmpty()).toBe(true);
  });

  it('leaves topics that are not read in sets unchanged', async () => {
    for (const batches of [[], [data(0, 3)]]) {
      const raw = fetchResponseBytes('others', [aPartition(batches)]);
      expect(await response.decode(raw)).toEqual(await decodeAsReleased(raw));
    }
  });

  it('fetches again after a response that is cut short', async () => {
    const raw = fetchResponseBytes('devices', [aPartition([data(0, 3)])]);
    await expect(response.decode(raw.subarray(0, -1))).rejects.toMatchObject({ name: 'KafkaJSError', retriable: true });
  });
});

function data(firstOffset: number, count: number): TestBatch {
  const records = Array.from({ length: count }, (_, offsetDelta) => {
    return { offsetDelta, timestampDelta: 0n, key: null, value: Buffer.from('{}'), headers: [] };
  });
  const times = { firstTimestampMs: 1n, maxTimestampMs: 1n, hasAppendTime: false };
  return { firstOffset, ...times, isGzipped: false, isControl: false, producerId: -1, records };
}

function aPartition(batches: readonly TestBatch[]): TestPartition {
  return { partition: 0, cutOff: 0, aborted: [], batches };
}

describe('the patched request queue of kafkajs', () => {
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
