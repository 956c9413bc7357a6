import type { QuotaEvent, QuotaEventSender } from '@antenna/ingestion';
import type { Kafka } from 'kafkajs';
import { causesOf, missingRight } from '../connection-advice.ts';
import { TopicMissingError } from '../topic-offsets.ts';
import { AcknowledgedProducer } from '../acknowledged-producer.ts';
import { cloudEventMessage } from './cloud-event.ts';

export interface QuotaEventTopics {
  /** The topic that the quota events are sent to. */
  readonly quotaEventsTopic: string;
  /** The topic of the antenna events, which names the source of the quota events. */
  readonly topic: string;
}

/**
 * After this many retries a send fails, and the caller logs the failure and sends again. By default an idempotent
 * producer of kafkajs retries for ever without a log message.
 */
const RETRIES = 5;

/**
 * Sends quota events to a topic of Kafka. The producer connects at the first send. The send after a failure gets a new
 * producer: an idempotent one cannot continue after every error.
 */
export class KafkaQuotaEventSender implements QuotaEventSender {
  readonly #kafka: Kafka;
  readonly #topics: QuotaEventTopics;
  #producer: AcknowledgedProducer | undefined;

  constructor(kafka: Kafka, topics: QuotaEventTopics) {
    this.#kafka = kafka;
    this.#topics = topics;
  }

  /** @throws {TopicMissingError | NotAuthorizedError} or the error of the client. */
  async send(events: readonly QuotaEvent[]): Promise<void> {
    const { topic, quotaEventsTopic } = this.#topics;
    try {
      this.#producer ??= await this.#connected();
      await this.#producer.send(
        quotaEventsTopic,
        events.map((event) => cloudEventMessage(event, topic)),
      );
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

  async #connected(): Promise<AcknowledgedProducer> {
    const producer = new AcknowledgedProducer(this.#kafka, { maxInFlightRequests: 1, retry: { retries: RETRIES } });
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
