/**
 * Reads the topic of a worker's settings to its end, and does the first parts of a worker's work: all up to the one that is
 * given. It is a program of its own, since the compiled code of one part would affect that of another.
 */
import { WindowTotals } from '@antenna/aggregation';
import { EventsByHour } from '@antenna/archive-format';
import { EventDecoder } from '@antenna/event-schema';
import { endsOf, kafkaClient, KafkaEventSource } from '@antenna/event-source';
import type { RecordBatch, RecordReceiver } from '@antenna/ingestion';
import { READING_PARTS, type ReadingPart } from './reading-parts.ts';

/** As in a worker: the events of a commit of a backlog, and the rows of a file while four partitions share the bound. */
const EVENTS_OF_A_COMMIT = 1_000_000;
const ROWS_OF_A_FILE = 250_000;

const SESSION_TIMEOUT_MS = 30_000;

const { KAFKA_BROKERS: brokers = '', KAFKA_TOPIC: topic = '', KAFKA_GROUP_ID: groupId = '' } = process.env;
const last = READING_PARTS.indexOf(process.argv[2] as ReadingPart);

function does(part: ReadingPart): boolean {
  return READING_PARTS.indexOf(part) <= last;
}

const decoder = new EventDecoder();
let events = 0;
let totals = new WindowTotals();
let columns = new EventsByHour(0);

function take(batch: RecordBatch): void {
  if (!does('decode')) return;
  const isAdding = does('add');
  const isCollecting = does('collect');
  const record = batch.records();
  while (record.next()) {
    if (record.ahead !== undefined) {
      const codes = decoder.prefetch(record.ahead);
      if (isAdding) totals.prefetch(codes);
    }
    const decoded = decoder.decode(record.bytes, record.timestampMs, record.valueStart, record.valueEnd);
    if (!decoded.ok) continue;
    events += 1;
    if (isAdding) totals.add(decoded.event);
    if (isCollecting) columns.append(record.offset, decoded.event);
  }
  if (totals.events >= EVENTS_OF_A_COMMIT) totals = new WindowTotals();
  if (columns.rows >= ROWS_OF_A_FILE) columns = new EventsByHour(0);
}

const client = kafkaClient(
  { brokers: [brokers], topic, groupId, ssl: false, sasl: undefined },
  'bench',
  () => undefined,
);
const source = new KafkaEventSource(client, { topic, groupId, sessionTimeoutMs: SESSION_TIMEOUT_MS }, () => undefined);
const next = new Map<number, number>();
const done = Promise.withResolvers<undefined>();

await source.connect();
const ends = endsOf(await source.offsets(), 'stable');

const receiver: RecordReceiver = {
  onPartitionsAssigned(partitions) {
    if (!does('receive')) done.resolve(undefined);
    else for (const partition of partitions) source.readFrom(partition, next.get(partition) ?? 0);
    return Promise.resolve();
  },
  onBatch(batch) {
    if (batch.fetchedOffset !== (next.get(batch.partition) ?? 0)) return false;
    take(batch);
    next.set(batch.partition, batch.nextOffset);
    if ([...ends].every(([partition, end]) => (next.get(partition) ?? 0) >= end)) done.resolve(undefined);
    return true;
  },
  waitForCapacity: () => undefined,
};
await source.run(receiver);
await done.promise;
await source.disconnect();
process.stdout.write(`${events} events\n`);
