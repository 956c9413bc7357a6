import { ListedRecords } from '../ports/listed-records.ts';
import type { RecordBatch, SourceRecord } from '../ports/index.ts';

/** An instant of the day that all tests use (2022-10-29), milliseconds since 1970. */
export function at(time: string): number {
  return Date.parse(`2022-10-29T${time}Z`);
}

interface EventFields {
  readonly timestamp: string;
  readonly id: string;
  readonly antenna_id: string;
  readonly bytes: number;
  readonly app: string;
}

/** A record that holds an event. */
export function eventRecord(offset: number, fields: Partial<EventFields> = {}): SourceRecord {
  const event: EventFields = {
    timestamp: '2022-10-29T13:17:00Z',
    id: 'ana',
    antenna_id: 'north',
    bytes: 5,
    app: 'SKYPE',
    ...fields,
  };
  return record(offset, JSON.stringify(event));
}

/** A record that does not hold a valid event. */
export function badRecord(offset: number, text = 'no event'): SourceRecord {
  return record(offset, text);
}

function record(offset: number, text: string): SourceRecord {
  return { offset, timestampMs: at('13:20:00'), key: null, value: Buffer.from(text) };
}

/** A batch that was fetched from its first record's offset and ends with its last record; `changes` override this. */
export function aBatch(records: readonly SourceRecord[], changes: Partial<RecordBatch> = {}): RecordBatch {
  const fetchedOffset = changes.fetchedOffset ?? records[0]?.offset ?? 0;
  const nextOffset = (records.at(-1)?.offset ?? fetchedOffset - 1) + 1;
  return {
    partition: 0,
    fetchedOffset,
    nextOffset,
    highWatermark: nextOffset,
    records: () => new ListedRecords(records),
    ...changes,
  };
}

/** A batch of one event for each of these offsets. */
export function eventBatch(offsets: readonly number[], changes: Partial<RecordBatch> = {}): RecordBatch {
  return aBatch(
    offsets.map((offset) => eventRecord(offset)),
    changes,
  );
}

/** A batch that a leader of this epoch wrote and the broker's answer number `fetch` delivered. */
export function ofLeader(leaderEpoch: number, fetch: number, batch: RecordBatch): RecordBatch {
  return { ...batch, origin: { leaderEpoch, fetch, firstOffset: batch.fetchedOffset } };
}
