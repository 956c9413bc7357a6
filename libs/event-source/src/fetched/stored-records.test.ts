import type { ValueSpans } from '@antenna/event-schema';
import type { SourceRecord } from '@antenna/ingestion';
import { recordBytes } from '../testing/fetch-response-bytes.ts';
import type { UnpackedBatch } from './packed-batch.ts';
import { recordsFault, StoredRecords } from './stored-records.ts';
import { longBase } from './variable-length-reader.ts';

/** A batch of records whose value and key are the offset; every third is a tombstone, every second has no key. */
function aBatch(firstOffset: number, recordCount: number): UnpackedBatch {
  const records = Array.from({ length: recordCount }, (_, offsetDelta) => {
    const { key, value } = expected(firstOffset + offsetDelta);
    return recordBytes({ offsetDelta, timestampDelta: BigInt(offsetDelta), key, value, headers: [] });
  });
  return {
    firstOffset,
    lastOffset: firstOffset + recordCount - 1,
    leaderEpoch: 1,
    firstTimestampMs: longBase(BigInt(firstOffset)),
    appendedMs: undefined,
    recordCount,
    records: Buffer.concat(records),
  };
}

function expected(offset: number): SourceRecord & { readonly key: Buffer | null; readonly value: Buffer | null } {
  const text = Buffer.from(String(offset));
  const [key, value] = [offset % 2 === 0 ? null : text, offset % 3 === 0 ? null : text];
  return { offset, timestampMs: offset, key, value };
}

function offsets(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function texts(record: SourceRecord): readonly unknown[] {
  const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());
  return [record.offset, record.timestampMs, text(record.key), text(record.value)];
}

describe('a cursor over stored batches', () => {
  const batches = [aBatch(0, 200), aBatch(200, 0), aBatch(200, 1), aBatch(201, 64)];

  it.each([0, 1, 63, 64, 199, 200, 264])('reads each record from offset %d on, and stays on the last one', (from) => {
    const cursor = new StoredRecords(batches, from);
    const read: unknown[] = [];
    while (cursor.next()) read.push(texts(cursor.record()));
    expect(read).toEqual(offsets(from, 265).map((offset) => texts(expected(offset))));
    expect(cursor.next()).toBe(false);
    expect(texts(cursor.record())).toEqual(texts(expected(264)));
  });

  it('reports the place of each value exactly once, no later than the cursor stands on its record', () => {
    const cursor = new StoredRecords(batches, 0);
    const told: (string | null)[] = [];
    for (let read = 0; cursor.next(); read += 1) {
      if (cursor.ahead !== undefined) told.push(...valuesOf(cursor.ahead));
      expect(told.length).toBeGreaterThan(read);
    }
    expect(told).toEqual(offsets(0, 265).map((offset) => expected(offset).value?.toString() ?? null));
  });
});

describe('a record batch as Kafka stores it', () => {
  it.each([
    ['below the first offset', [-1, 1, 2], 'the record with offset 4 is out of place'],
    ['repeated', [0, 0, 2], 'the record with offset 5 is out of place'],
    ['beyond the last offset', [0, 1, 3], 'the record with offset 8 is out of place'],
  ])('is refused if the offset of a record is %s', (_what, deltas, fault) => {
    expect(recordsFault(withOffsets(5, deltas))).toBe(fault);
  });

  it('is refused if the offset of a record is negative', () => {
    expect(recordsFault(withOffsets(0, [-1, 1, 2]))).toBe('the record with offset -1 is out of place');
  });

  it('may lack offsets, as log compaction leaves it', () => {
    expect(recordsFault(withOffsets(5, [0, 2]))).toBeUndefined();
  });
});

/** A batch with room for three offsets, and records at these distances from the first one. */
function withOffsets(firstOffset: number, deltas: readonly number[]): UnpackedBatch {
  const records = deltas.map((offsetDelta) =>
    recordBytes({ offsetDelta, timestampDelta: 0n, key: null, value: null, headers: [] }),
  );
  return { ...aBatch(firstOffset, 3), recordCount: deltas.length, records: Buffer.concat(records) };
}

function valuesOf({ bytes, count, starts, lengths }: ValueSpans): (string | null)[] {
  return Array.from({ length: count }, (_, index) => {
    const [start, length] = [starts[index] ?? 0, lengths[index] ?? -1];
    return length < 0 ? null : Buffer.from(bytes.subarray(start, start + length)).toString();
  });
}
