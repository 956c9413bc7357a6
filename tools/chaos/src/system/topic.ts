import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import retry from 'p-retry';

/** The broker may be restarting: everything is tried again until it answers. */
const RESTART_PATIENCE = { retries: 300, minTimeout: 200, factor: 1 };

export interface Offsets {
  /** Oldest offset that can still be read. */
  readonly low: number;
  /** Offset of the next record. */
  readonly high: number;
}

/** The stream's topic, reached directly. */
export class Topic {
  readonly kafka: Kafka;
  readonly name: string;

  private constructor(kafka: Kafka, name: string) {
    this.kafka = kafka;
    this.name = name;
  }

  static async create(brokers: string, { name, partitions }: { name: string; partitions: number }): Promise<Topic> {
    const kafka = new kafkajs.Kafka({
      clientId: 'chaos',
      brokers: [brokers],
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 3_000,
      retry: { retries: 3 },
    });
    const topic = new Topic(kafka, name);
    await topic.#asAdministrator((admin) =>
      admin.createTopics({ waitForLeaders: true, topics: [{ topic: name, numPartitions: partitions }] }),
    );
    return topic;
  }

  offsets(): Promise<ReadonlyMap<number, Offsets>> {
    return this.#asAdministrator(async (admin) => {
      const offsets = await admin.fetchTopicOffsets(this.name);
      return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
    });
  }

  /** Deletes the records below an offset, as retention does. */
  deleteBefore(partition: number, offset: number): Promise<void> {
    return this.#asAdministrator(async (admin) => {
      // The client deletes only from topics that it has looked at.
      await admin.fetchTopicOffsets(this.name);
      await admin.deleteTopicRecords({ topic: this.name, partitions: [{ partition, offset: String(offset) }] });
    });
  }

  #asAdministrator<T>(act: (admin: Admin) => Promise<T>): Promise<T> {
    return retry(async () => {
      const admin = this.kafka.admin();
      try {
        await admin.connect();
        return await act(admin);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    }, RESTART_PATIENCE);
  }
}
