import type { QuotaEvent, QuotaEventSender } from '@antenna/ingestion';
import kafkajs, { type ICustomPartitioner, type Kafka, type Producer, type RecordMetadata } from 'kafkajs';
import { causesOf, missingRight } from '../connection-advice.ts';
import { TopicMissingError } from '../topic-offsets.ts';
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

/** Kafka has acknowledged the events of some partitions only. The caller sends all of them again. */
class PartitionsLeftOutError extends Error {
  override readonly name = 'PartitionsLeftOutError';
}

/**
 * Sends quota events to a topic of Kafka. The producer is idempotent and waits for all replicas in sync. It connects at
 * the first send. The send after a failure gets a new producer: an idempotent one cannot continue after every error.
 *
 * kafkajs sends the messages of each leader by themselves, and repeats a failed request with the leaders of that moment. If
 * a partition has moved meanwhile to a broker that has answered already, the client leaves it out, and its send succeeds
 * all the same. So the partitions that Kafka has acknowledged are compared with those that the messages have.
 */
export class KafkaQuotaEventSender implements QuotaEventSender {
  readonly #kafka: Kafka;
  readonly #topics: QuotaEventTopics;
  #producer: Producer | undefined;
  /** The partitions of the messages that are being sent, as the partitioner has chosen them. */
  readonly #partitions = new Set<number>();

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
      this.#partitions.clear();
      const acknowledged = await this.#producer.send({ topic: quotaEventsTopic, acks: -1, messages });
      this.#requireAll(acknowledged);
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
      createPartitioner: () => this.#notingPartitioner(),
      retry: { retries: RETRIES },
    });
    await producer.connect();
    return producer;
  }

  /** The partitioner of the Java client, which notes the partition of each message. */
  #notingPartitioner(): ReturnType<ICustomPartitioner> {
    const partitionOf = kafkajs.Partitioners.DefaultPartitioner();
    return (message) => {
      const partition = partitionOf(message);
      this.#partitions.add(partition);
      return partition;
    };
  }

  #requireAll(acknowledged: readonly RecordMetadata[]): void {
    const isAcknowledged = new Set(acknowledged.map(({ partition }) => partition));
    const left = [...this.#partitions].filter((partition) => !isAcknowledged.has(partition));
    if (left.length === 0) return;
    throw new PartitionsLeftOutError(
      `partitions ${left.join(', ')} of topic ${this.#topics.quotaEventsTopic} were not acknowledged: their leaders have changed`,
    );
  }

  #namedFailure(error: unknown): unknown {
    const { quotaEventsTopic: name } = this.#topics;
    const isMissing = causesOf(error).some((cause) => 'type' in cause && cause.type === 'UNKNOWN_TOPIC_OR_PARTITION');
    if (isMissing) return new TopicMissingError(name, { setting: 'QUOTA_EVENTS_TOPIC', cause: error });
    return missingRight(error, [{ operation: 'Write', kind: 'topic', name }]) ?? error;
  }
}
