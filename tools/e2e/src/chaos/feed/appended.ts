import { setTimeout as delay } from 'node:timers/promises';
import type { KnownRecords } from '@antenna/oracle';
import type { SimulatedRecord } from '@antenna/simulator';
import type { Kafka, Producer, Transaction } from 'kafkajs';
import retry from 'p-retry';
import { RESTART_PATIENCE } from '../system/restart-patience.ts';

/** Where some records go: one partition, as kafkajs leaves out a partition that moves to another leader meanwhile. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly SimulatedRecord[];
  /** 1: the leader alone acknowledges; all replicas in sync unless given. */
  readonly acks?: 1 | -1 | undefined;
}

/** Kafka did not tell where records are, so that nothing can be known of them. */
class FeedBrokenError extends Error {
  override readonly name = 'FeedBrokenError';
}

const PATIENCE_MS = 300_000;

/**
 * An idempotent producer: a batch whose acknowledgement is lost is sent again, and is in the topic once. It gets its id from
 * one broker, and kafkajs asks no other while that one is away.
 */
export async function idempotentProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
  await retry(() => producer.connect(), RESTART_PATIENCE);
  return producer;
}

/**
 * Appends records to a partition.
 * @returns the offset of the first; the others follow.
 * @throws {FeedBrokenError} when Kafka does not acknowledge them within five minutes; what the producer throws.
 */
export async function appended(
  producer: Pick<Producer | Transaction, 'send'>,
  { topic, partition, records, acks = -1 }: Batch,
): Promise<number> {
  const messages = records.map(({ key, value }) => ({ partition, key, value }));
  const patience = new AbortController();
  const tooLong = delay(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
    throw new FeedBrokenError(`partition ${partition} acknowledges nothing for ${PATIENCE_MS} ms`);
  });
  tooLong.catch(() => undefined);
  const results = await Promise.race([producer.send({ topic, acks, messages }), tooLong]);
  patience.abort();
  const [result] = results;
  if (result?.baseOffset === undefined || results.length !== 1) {
    throw new FeedBrokenError(`partition ${partition} acknowledged ${JSON.stringify(results)}`);
  }
  return Number(result.baseOffset);
}

/** Appends records to a partition and notes them as known. @returns one more than the offset of the last record. */
export async function appendKnown(
  known: KnownRecords,
  producer: Pick<Producer, 'send'>,
  batch: Pick<Batch, 'topic' | 'partition' | 'records'>,
): Promise<number> {
  const firstOffset = await appended(producer, batch);
  const facts = batch.records.map(({ fact }) => fact);
  known.add(batch.partition, firstOffset, facts);
  return firstOffset + facts.length;
}
