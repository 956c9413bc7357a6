import { setTimeout as delay } from 'node:timers/promises';
import type { KnownRecords } from '@antenna/oracle';
import { batchesOf, type SimulatedRecord } from '@antenna/simulator';
import type { Kafka, Producer } from 'kafkajs';
import { appendKnown, idempotentProducer } from './appended.ts';

const POLL_MS = 50;

/** Lets everything that is written to the topic pause between two writes. */
export class FeedHold {
  readonly #settleMs: number;
  #held: PromiseWithResolvers<undefined> | undefined;
  #writing = 0;

  /** @param settleMs how long transactions that were left open may stay so. */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** One write, that is over when it ends. Waits while writing is held. */
  async writing<T>(write: () => Promise<T>): Promise<T> {
    while (this.#held !== undefined) await this.#held.promise;
    this.#writing += 1;
    try {
      return await write();
    } finally {
      this.#writing -= 1;
    }
  }

  /** Does some work while nothing else is written and no transaction is open. */
  async whileHeld<T>(work: () => Promise<T>): Promise<T> {
    const held = Promise.withResolvers<undefined>();
    this.#held = held;
    try {
      while (this.#writing > 0) await delay(POLL_MS);
      await delay(this.#settleMs);
      return await work();
    } finally {
      this.#held = undefined;
      held.resolve(undefined);
    }
  }
}

export interface FeedOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Records per second. */
  readonly rate: number;
  readonly hold: FeedHold;
  readonly signal: AbortSignal;
}

const BATCHES_PER_SECOND = 10;

/**
 * Sends records outside of transactions at a steady rate, and notes the offset of each. Its producer is idempotent: a
 * batch whose acknowledgement is lost is sent again, and Kafka answers with the offset that it has already.
 */
export class Feeder {
  readonly #known: KnownRecords;
  readonly #options: FeedOptions;

  constructor(known: KnownRecords, options: FeedOptions) {
    this.#known = known;
    this.#options = options;
  }

  /** Resolves when all have been sent, or `signal` has been aborted. */
  async send(records: Iterable<SimulatedRecord>): Promise<void> {
    const { kafka, rate, signal } = this.#options;
    const producer = await idempotentProducer(kafka);
    const startedMs = performance.now();
    let sent = 0;
    try {
      for (const batch of batchesOf(records, Math.ceil(rate / BATCHES_PER_SECOND))) {
        if (signal.aborted) return;
        await this.#options.hold.writing(() => this.#sendBatch(producer, batch));
        sent += batch.length;
        await delay(Math.max(0, startedMs + (sent / rate) * 1000 - performance.now()));
      }
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  }

  async #sendBatch(producer: Producer, batch: readonly SimulatedRecord[]): Promise<void> {
    const byPartition = Map.groupBy(batch, ({ key }) => partitionOf(key, this.#known.partitions));
    const { topic } = this.#options;
    const sent = Array.from(byPartition, ([partition, records]) =>
      appendKnown(this.#known, producer, { topic, partition, records }),
    );
    await Promise.all(sent);
  }
}

/** The partition of a key: all records of a user go to one, as with any of Kafka's partitioners. */
function partitionOf(key: string, partitions: number): number {
  let hash = 0;
  for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
  return (hash >>> 0) % partitions;
}
