import kafkajs, { type Batch as FetchedBatch } from 'kafkajs';
import Batch from 'kafkajs/src/consumer/batch.js';
import Connection from 'kafkajs/src/network/connection.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import requests from 'kafkajs/src/protocol/requests/fetch/index.js';
import type { RecordBatch } from '@antenna/ingestion';
import { consumeInSets } from '../kafkajs-patches.ts';
import { collectResponses } from '../received/collected-responses.ts';
import { timeOutOnSilence } from '../slow-responses.ts';
import { fetchedBatch } from '../fetched/fetched-set.ts';
import { fetchedParts, type PartsContext, InvalidBatches, Mutex } from '../fetched/fetched-parts.ts';

/** Fetches partition 0 of a topic from one broker, from given offsets. */
export class DirectFetches {
  readonly #topic: string;
  readonly #connection: Connection;

  constructor(broker: string, topic: string, requestTimeoutMs = 10_000) {
    collectResponses();
    timeOutOnSilence();
    const [host = '', port] = broker.split(':');
    const client = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
    consumeInSets(topic);
    this.#topic = topic;
    this.#connection = new Connection({
      host,
      port: Number(port),
      logger: client.logger(),
      socketFactory: socketFactory(),
      requestTimeout: requestTimeoutMs,
      connectionTimeout: 5_000,
    });
  }

  async connect(): Promise<void> {
    await this.#connection.connect();
  }

  /** Bytes received of an incomplete response. */
  get unreadBytes(): number {
    return this.#connection.bytesBuffered;
  }

  async disconnect(): Promise<void> {
    await this.#connection.disconnect();
  }

  /** @param maxBytes the largest size of the response, apart from its first batch. */
  async fetch(fetchOffset: number, maxBytes: number): Promise<readonly RecordBatch[]> {
    const partitions = [{ partition: 0, fetchOffset: String(fetchOffset), maxBytes }];
    const topics = [{ topic: this.#topic, partitions }];
    const request = requests.protocol({ version: 11 })({ maxWaitTime: 100, minBytes: 1, maxBytes, topics });
    const { responses } = (await this.#connection.send(request)) as Responses;
    return partsOfFetch(new Batch(this.#topic, String(fetchOffset), responses[0]?.partitions[0]));
  }
}

interface Responses {
  readonly responses: readonly { readonly partitions: readonly unknown[] }[];
}

/** The parts that a receiver gets of a kafkajs batch when it accepts all of them. */
export async function partsOfFetch(
  batch: FetchedBatch,
  context: Partial<PartsContext> = {},
): Promise<readonly RecordBatch[]> {
  const { set, place } = fetchedBatch(batch);
  const all = {
    invalidBatches: new InvalidBatches(),
    largeBatchMutex: new Mutex(),
    damaged: () => undefined,
    ...context,
  };
  const parts: RecordBatch[] = [];
  for await (const part of fetchedParts(set, place, all)) parts.push(part);
  return parts;
}
