import type { KafkaCluster } from '@antenna/local-stack';
import { withAdmin } from '@antenna/test-kit';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import retry from 'p-retry';
import { RESTART_PATIENCE } from './restart-patience.ts';

export interface Offsets {
  /** Oldest offset that can still be read. */
  readonly low: number;
  /** End of what can be read: below the first record of a transaction that is open. */
  readonly high: number;
}

/** The stream's topic, reached directly. */
export class Topic {
  readonly kafka: Kafka;
  readonly name: string;

  readonly #cluster: KafkaCluster;

  private constructor(kafka: Kafka, cluster: KafkaCluster, name: string) {
    this.kafka = kafka;
    this.#cluster = cluster;
    this.name = name;
  }

  /** Three replicas of each partition, two of which have to be in sync: no record is lost with one broker. */
  static async create(
    cluster: KafkaCluster,
    { name, partitions }: { name: string; partitions: number },
  ): Promise<Topic> {
    const kafka = new kafkajs.Kafka({
      clientId: 'chaos',
      brokers: cluster.address.split(','),
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 3_000,
      retry: { retries: 3 },
    });
    const numbers = [...cluster.brokers.keys()];
    const replicas = Array.from({ length: partitions }, (_, partition) => rotated(numbers, partition));
    await cluster.createTopic({ topic: name, replicas, settings: { 'min.insync.replicas': '2' } });
    return new Topic(kafka, cluster, name);
  }

  /** The broker that leads a partition now. */
  async leader(partition: number): Promise<number> {
    return retry(async () => {
      const leader = (await this.#cluster.partitions(this.name)).get(partition)?.leader;
      if (leader === undefined) throw new Error(`partition ${partition} has no leader`);
      return leader;
    }, RESTART_PATIENCE);
  }

  /** Waits until this broker leads a partition. */
  async untilLeader(partition: number, broker: number): Promise<void> {
    await retry(async () => {
      const leader = await this.leader(partition);
      if (leader !== broker) throw new Error(`broker ${leader} leads partition ${partition}, not ${broker}`);
    }, RESTART_PATIENCE);
  }

  /** Waits until each partition has so many replicas in sync. */
  async untilInSync(count: number): Promise<void> {
    await retry(async () => {
      for (const [partition, { inSync }] of await this.#cluster.partitions(this.name)) {
        if (inSync.length !== count) throw new Error(`${inSync.length} replicas of partition ${partition} are in sync`);
      }
    }, RESTART_PATIENCE);
  }

  /** Changes settings of the topic, by Kafka's names. */
  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: this.name, configEntries };
    await this.#asAdministrator((admin) => admin.alterConfigs({ validateOnly: false, resources: [resource] }));
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
    return retry(() => withAdmin(this.kafka, act), RESTART_PATIENCE);
  }
}

function rotated(numbers: readonly number[], by: number): readonly number[] {
  const first = by % numbers.length;
  return [...numbers.slice(first), ...numbers.slice(0, first)];
}
