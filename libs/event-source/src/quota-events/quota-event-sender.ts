import type { QuotaEvent, QuotaEventSender } from '@antenna/ingestion';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { causesOf } from '../connection-advice.ts';
import { missingRight } from '../not-authorized.ts';
import { TopicMissingError } from '../topic-offsets.ts';
import { cloudEventMessage } from './cloud-event.ts';

export interface QuotaEventTopics {
  /** Where the quota events go. */
  readonly quotaEventsTopic: string;
  /** The topic of the antenna events, which names the source of the quota events. */
  readonly topic: string;
}

/** After that many the failure is named, and the caller tries again; kafkajs would retry for ever without a word. */
const RETRIES = 5;

/**
 * Sends quota events to a topic of Kafka. The producer is idempotent and waits for all replicas in sync. It is connected
 * at the first send, and anew after a failure: an idempotent producer cannot go on after each error.
 */
export class KafkaQuotaEventSender implements QuotaEventSender {
  readonly #kafka: Kafka;
  readonly #topics: QuotaEventTopics;
  #producer: Producer | undefined;

  constructor(kafka: Kafka, topics: QuotaEventTopics) {
    this.#kafka = kafka;
    this.#topics = topics;
  }

  /** @throws {TopicMissingError | NotAuthorizedError} or the error of the client. */
  async send(events: readonly QuotaEvent[]): Promise<void> {
    const { topic, quotaEventsTopic } = this.#topics;
    try {
      this.#producer ??= await this.#connected();
      const messages = events.map((event) => cloudEventMessage(event, topic));
      await this.#producer.send({ topic: quotaEventsTopic, acks: -1, messages });
    } catch (error) {
      await this.disconnect();
      throw this.#namedFailure(error);
    }
  }

  async disconnect(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }

  async #connected(): Promise<Producer> {
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { retries: RETRIES },
    });
    await producer.connect();
    return producer;
  }

  #namedFailure(error: unknown): unknown {
    const { quotaEventsTopic: name } = this.#topics;
    const isMissing = causesOf(error).some((cause) => 'type' in cause && cause.type === 'UNKNOWN_TOPIC_OR_PARTITION');
    if (isMissing) return new TopicMissingError(name, { setting: 'QUOTA_EVENTS_TOPIC', cause: error });
    return missingRight(error, [{ operation: 'Write', kind: 'topic', name }]) ?? error;
  }
}
