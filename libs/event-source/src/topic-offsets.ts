import type { OffsetRange } from '@antenna/ingestion';
import type { Admin, Kafka } from 'kafkajs';

/** The topic is not there. */
export class TopicMissingError extends Error {
  readonly code = 'TOPIC_MISSING';
  readonly exitCode = 1;
  override readonly name = 'TopicMissingError';

  constructor(topic: string, options?: ErrorOptions) {
    super(
      `topic ${topic} does not exist on these brokers; create it, or set KAFKA_TOPIC to the one that is meant`,
      options,
    );
  }
}

/** What a topic holds, asked of the brokers each time. */
export class TopicOffsets {
  readonly #kafka: Kafka;
  readonly #topic: string;
  #admin: Admin;

  constructor(kafka: Kafka, topic: string) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#admin = kafka.admin();
  }

  async connect(): Promise<void> {
    await this.#admin.connect();
  }

  async disconnect(): Promise<void> {
    await this.#admin.disconnect();
  }

  async clusterId(): Promise<string> {
    return (await this.#admin.describeCluster()).clusterId;
  }

  /** Of every partition that the topic has now. @throws {TopicMissingError} when there is no such topic. */
  async read(): Promise<ReadonlyMap<number, OffsetRange>> {
    const partitions = await this.#partitionCount();
    let offsets = await this.#admin.fetchTopicOffsets(this.#topic);
    if (offsets.length !== partitions) {
      // The admin client keeps what it knows of a topic for five minutes: only a new one sees partitions that were added.
      await this.#replaceAdmin();
      offsets = await this.#admin.fetchTopicOffsets(this.#topic);
    }
    return new Map(
      offsets.map(({ partition, low, high }) => [partition, { earliest: Number(low), latest: Number(high) }]),
    );
  }

  async #partitionCount(): Promise<number> {
    try {
      const { topics } = await this.#admin.fetchTopicMetadata({ topics: [this.#topic] });
      return topics[0]?.partitions.length ?? 0;
    } catch (error) {
      if (isUnknownTopic(error)) throw new TopicMissingError(this.#topic, { cause: error });
      throw error;
    }
  }

  async #replaceAdmin(): Promise<void> {
    const outdated = this.#admin;
    this.#admin = this.#kafka.admin();
    await this.#admin.connect();
    await outdated.disconnect();
  }
}

function isUnknownTopic(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
}
