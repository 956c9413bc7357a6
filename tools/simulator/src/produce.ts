import { ProductError } from '@antenna/cli';
import { AcknowledgedProducer } from '@antenna/event-source';
import type { Kafka } from 'kafkajs';
import { setTimeout } from 'node:timers/promises';
import type { SimulatedRecord } from './simulate.ts';

export interface ProduceOptions {
  readonly topic: string;
  /** Records per second; as fast as possible when undefined. */
  readonly rate?: number | undefined;
  /** Aborted: the batch on its way is finished, no other is begun. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each batch once Kafka has acknowledged it. */
  readonly onAcknowledged?: (records: readonly SimulatedRecord[]) => void;
}

/** A batch was sent and never acknowledged: whether Kafka has it is unknown. */
class DeliveryUnknownError extends ProductError {
  readonly code = 'DELIVERY_UNKNOWN';
}

/** Keeps a request below 1 MB, the brokers' limit, where all records go to one partition. */
const MAX_BATCH = 2000;

/** At a rate, batches as small as makes this many a second. */
const BATCHES_PER_SECOND = 10;

/**
 * Sends records in their order, in batches, by an idempotent producer: what is retried is stored once. Records of one
 * key go to one partition, the one that the Java client would choose. They carry the time of sending, not of the event:
 * retention would delete records of years ago at once.
 * @param kafka whose own retries decide how long a broker may be away.
 * @returns how many records were acknowledged.
 * @throws {DeliveryUnknownError} when a batch was given up.
 */
export async function produce(
  kafka: Kafka,
  records: Iterable<SimulatedRecord>,
  options: ProduceOptions,
): Promise<number> {
  const producer = new AcknowledgedProducer(kafka, { retry: { retries: 20 } });
  await producer.connect();
  try {
    return await sendAll(producer, records, options);
  } finally {
    await producer.disconnect();
  }
}

async function sendAll(producer: AcknowledgedProducer, records: Iterable<SimulatedRecord>, options: ProduceOptions) {
  const { rate, signal } = options;
  const startedMs = performance.now();
  let acknowledged = 0;
  for (const batch of batchesOf(records, batchSize(rate))) {
    if (rate !== undefined) await waitUntil(startedMs + (acknowledged / rate) * 1000, signal);
    if (signal?.aborted === true) break;
    await send(producer, batch, options.topic, acknowledged);
    acknowledged += batch.length;
    options.onAcknowledged?.(batch);
  }
  return acknowledged;
}

async function send(
  producer: AcknowledgedProducer,
  batch: readonly SimulatedRecord[],
  topic: string,
  acknowledged: number,
): Promise<void> {
  try {
    await producer.send(
      topic,
      batch.map(({ key, value }) => ({ key, value })),
    );
  } catch (error) {
    throw new DeliveryUnknownError(
      `after ${acknowledged} records, ${batch.length} more were sent to ${topic} and not acknowledged: ` +
        `${String(error)}; what the topic holds is not known, so start again with another topic`,
      { cause: error },
    );
  }
}

function batchSize(rate: number | undefined): number {
  return rate === undefined ? MAX_BATCH : Math.min(MAX_BATCH, Math.ceil(rate / BATCHES_PER_SECOND));
}

/** So many items at a time, in their order; the last batch may have fewer. */
export function* batchesOf<T>(items: Iterable<T>, size: number): Generator<readonly T[], void, undefined> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function waitUntil(dueMs: number, signal: AbortSignal | undefined): Promise<void> {
  const waitMs = dueMs - performance.now();
  if (waitMs <= 0 || signal?.aborted === true) return;
  // Aborting ends the wait; the caller looks at the signal.
  await setTimeout(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
