import { setTimeout as delay } from 'node:timers/promises';
import type { SimulatedRecord } from '@antenna/simulator';
import type { Kafka, Producer } from 'kafkajs';
import retry from 'p-retry';
import type { KnownRecords } from './known-records.ts';
import { partitionOf } from './partition-of.ts';

export interface FeedOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Records per second. */
  readonly rate: number;
  readonly signal: AbortSignal;
}

/** Something else than the feeder writes to the topic, or the broker has lost what it acknowledged. */
class FeedBrokenError extends Error {
  override readonly name = 'FeedBrokenError';
}

const BATCHES_PER_SECOND = 10;

/** How long a broker may still be appending what it was sent before the connection was lost. */
const SETTLE_MS = 500;

const RESTART_PATIENCE = { retries: 600, minTimeout: 200, factor: 1 };

/**
 * Sends records at a steady rate, and notes of each its partition and offset. As the only one who writes to the topic
 * it knows them beforehand, and tells by the end of a partition whether a batch has arrived whose acknowledgement was
 * lost: so it sends each record exactly once, whatever becomes of the broker.
 */
export class Feeder {
  readonly #known: KnownRecords;
  readonly #options: FeedOptions;
  #producer: Producer;

  constructor(known: KnownRecords, options: FeedOptions) {
    this.#known = known;
    this.#options = options;
    this.#producer = this.#newProducer();
  }

  /** Resolves when all have been sent, or `signal` has been aborted. */
  async send(records: Iterable<SimulatedRecord>): Promise<void> {
    const { rate, signal } = this.#options;
    const startedMs = performance.now();
    let sent = 0;
    try {
      for (const batch of batchesOf(records, Math.ceil(rate / BATCHES_PER_SECOND))) {
        if (signal.aborted) return;
        await this.#sendBatch(batch, this.#known.partitions);
        sent += batch.length;
        await delay(Math.max(0, startedMs + (sent / rate) * 1000 - performance.now()));
      }
    } finally {
      await this.#producer.disconnect().catch(() => undefined);
    }
  }

  async #sendBatch(batch: readonly SimulatedRecord[], partitions: number): Promise<void> {
    let open = Map.groupBy(batch, ({ key }) => partitionOf(key, partitions));
    while (open.size > 0) {
      const isAcknowledged = await this.#trySend(open);
      const arrived = isAcknowledged ? [...open.keys()] : await this.#arrived(open);
      for (const partition of arrived) {
        for (const { fact } of open.get(partition) ?? []) this.#known.add(partition, fact);
        open.delete(partition);
      }
      open = new Map(open);
    }
  }

  async #trySend(open: ReadonlyMap<number, readonly SimulatedRecord[]>): Promise<boolean> {
    const messages = [...open].flatMap(([partition, records]) =>
      records.map(({ key, value }) => ({ partition, key, value })),
    );
    try {
      await this.#producer.send({ topic: this.#options.topic, acks: -1, messages });
      return true;
    } catch {
      await this.#producer.disconnect().catch(() => undefined);
      await delay(SETTLE_MS);
      this.#producer = this.#newProducer();
      await retry(() => this.#producer.connect(), RESTART_PATIENCE);
      return false;
    }
  }

  /** A batch arrives whole in a partition, or not at all. */
  async #arrived(open: ReadonlyMap<number, readonly SimulatedRecord[]>): Promise<readonly number[]> {
    const ends = await retry(() => this.#ends(), RESTART_PATIENCE);
    return [...open].flatMap(([partition, { length }]) => {
      const [before, end] = [this.#known.end(partition), ends.get(partition) ?? 0];
      if (end === before) return [];
      if (end === before + length) return [partition];
      throw new FeedBrokenError(`partition ${partition} ends at ${end} after ${length} records were sent at ${before}`);
    });
  }

  async #ends(): Promise<ReadonlyMap<number, number>> {
    const admin = this.#options.kafka.admin();
    await admin.connect();
    try {
      const offsets = await admin.fetchTopicOffsets(this.#options.topic);
      return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
    } finally {
      await admin.disconnect();
    }
  }

  #newProducer(): Producer {
    return this.#options.kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
  }
}

function* batchesOf<T>(items: Iterable<T>, size: number): Generator<readonly T[], void, undefined> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
