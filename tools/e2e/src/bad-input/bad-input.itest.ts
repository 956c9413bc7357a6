import { streamDifferences } from '@antenna/oracle';
import { badRecordCorpus } from '@antenna/event-schema/corpus';
import type { SimulatedRecord } from '@antenna/simulator';
import { produce, rowsOf } from '@antenna/test-kit';
import { newStream, someRecords, type Stream } from '../stream.ts';
import { drain } from '../workers.ts';

/** The largest record that a broker accepts by default, and a limit of a topic beyond what one fetch asks for. */
const USUAL_LIMIT = 1_048_588;
const LARGE_LIMIT = 8 * 2 ** 20;

/** The frame of a batch of one record, and what surrounds its value. */
const FRAME_BYTES = 100;

/** A record as it is sent, with what has to become of it. */
interface Sent extends SimulatedRecord {
  readonly timestampMs: number | undefined;
}

const corpus = badRecordCorpus.map(({ value, recordTimestampMs, expected }): Sent => {
  return {
    key: 'corpus',
    value: value === null ? null : Buffer.from(value),
    fact: expected,
    timestampMs: recordTimestampMs,
  };
});

describe('a topic of good and bad records', () => {
  let stream: Stream;

  afterEach(() => stream.close());

  it.each([
    ['stored whole', '1000'],
    ['counted in ranges, all but a few', '3'],
  ])(
    'leaves each bad record its reason, %s, and every total as it has to be',
    async (_form, whole) => {
      stream = await newStream({
        partitions: 1,
        // The corpus is of 2022.
        topicSettings: { 'retention.ms': '-1' },
        environment: { DEAD_LETTERS_WHOLE: whole },
      });
      const sent = mixed(
        someRecords(21, 1_000).map((record) => ({ ...record, timestampMs: undefined })),
        corpus,
      );
      await sendAll(sent);
      await drain(stream.environment);

      expect(await streamDifferences(stream, sent)).toEqual([]);
      const rejected = sent.flatMap(({ fact }, offset) => (typeof fact === 'string' ? [{ offset, reason: fact }] : []));
      const stored = await storedWhole();
      const isStored = new Set(stored.map(({ offset }) => offset));
      expect(stored).toEqual(rejected.filter(({ offset }) => isStored.has(offset)));
      // A worker that lost its partition for a moment has begun anew with its allowance.
      expect(stored.length).toBeGreaterThanOrEqual(Math.min(Number(whole), rejected.length));
      const counted = rejected.filter(({ offset }) => !isStored.has(offset));
      expect(await rangesByReason()).toEqual(rangesOf(counted));
      expect(counted.length > 0).toBe(whole === '3');
    },
    180_000,
  );

  it.each([
    ['the usual limit', USUAL_LIMIT],
    ['a limit beyond what one fetch asks for', LARGE_LIMIT],
  ])(
    'takes records of up to the broker’s limit: %s',
    async (_name, limit) => {
      stream = await newStream({ partitions: 1, topicSettings: { 'max.message.bytes': String(limit) } });
      const bytes = limit - FRAME_BYTES;
      const event = { eventTimeMs: Date.UTC(2022, 9, 29, 13), id: 'ana', antennaId: 'north', bytes: 7, app: 'SKYPE' };
      const head = `{"timestamp":${event.eventTimeMs},"id":"ana","antenna_id":"north","bytes":7,"app":"SKYPE","note":"`;
      const padded = (beginning: string, end: string) =>
        Buffer.from(`${beginning}${'x'.repeat(bytes - beginning.length - end.length)}${end}`);
      const sent: Sent[] = [
        { key: '', value: padded(head, '"}'), fact: event, timestampMs: undefined },
        { key: '', value: padded(head, '"'), fact: 'not_json', timestampMs: undefined },
        { key: '', value: Buffer.alloc(bytes, 0xff), fact: 'invalid_utf8', timestampMs: undefined },
        { key: '', value: padded('['.repeat(bytes / 2), ''), fact: 'not_json', timestampMs: undefined },
        { key: '', value: padded('{"id":"', '"}'), fact: 'missing_field', timestampMs: undefined },
      ];
      for (const record of sent) await sendAll([record]);
      await drain(stream.environment);
      expect(await streamDifferences(stream, sent)).toEqual([]);
      const rows = await rowsOf(
        stream.databaseUrl,
        'SELECT DISTINCT length(payload) AS kept, payload_bytes FROM pipeline.dead_letter',
      );
      expect(rows).toEqual([{ kept: 4096, payload_bytes: String(bytes) }]);
    },
    180_000,
  );

  async function sendAll(records: readonly Sent[]): Promise<void> {
    for (const batch of batches(records)) {
      await produce(
        stream,
        batch.map(({ key, value, timestampMs }) => ({
          key,
          value,
          partition: 0,
          ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
        })),
      );
    }
  }

  async function storedWhole(): Promise<readonly { offset: number; reason: string }[]> {
    const statement = 'SELECT "offset"::float8 AS "offset", reason FROM pipeline.dead_letter ORDER BY 1';
    return rowsOf(stream.databaseUrl, statement);
  }

  async function rangesByReason(): Promise<unknown> {
    return rowsOf(
      stream.databaseUrl,
      `
      SELECT reason, min(first_offset)::float8 AS first, max(last_offset)::float8 AS last, sum(records)::float8 AS records
      FROM pipeline.dead_letter_range GROUP BY reason ORDER BY reason`,
    );
  }
});

/** In order; a batch of several is far from the broker's limit. */
function batches(records: readonly Sent[]): readonly (readonly Sent[])[] {
  const made: Sent[][] = [];
  let room = 0;
  for (const record of records) {
    const bytes = (record.value?.length ?? 0) + FRAME_BYTES;
    if (bytes > room) {
      made.push([]);
      room = USUAL_LIMIT / 2;
    }
    made.at(-1)?.push(record);
    room -= bytes;
  }
  return made;
}

/** Each of the one comes after some of the other. */
function mixed<T>(many: readonly T[], few: readonly T[]): T[] {
  const each = Math.floor(many.length / few.length);
  const together = few.flatMap((one, index) => [...many.slice(index * each, (index + 1) * each), one]);
  return [...together, ...many.slice(few.length * each)];
}

function rangesOf(rejected: readonly { offset: number; reason: string }[]): unknown {
  return [...Map.groupBy(rejected, ({ reason }) => reason)]
    .map(([reason, records]) => ({
      reason,
      first: records[0]?.offset,
      last: records.at(-1)?.offset,
      records: records.length,
    }))
    .sort((left, right) => (left.reason < right.reason ? -1 : 1));
}
