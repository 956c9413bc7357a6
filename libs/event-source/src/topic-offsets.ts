import { setTimeout as delay } from 'node:timers/promises';
import { ProductError } from '@antenna/cli';
import type { OffsetRange } from '@antenna/ingestion';
import { requireAnswer } from './advertised-addresses.ts';
import type { KafkaCluster, PartitionMetadata } from './kafka-cluster.ts';
import type { KafkaLog } from './kafka-client.ts';
import { leaderOffsets } from './leader-offsets.ts';
import { goOnWithoutLeaders } from './leaderless-partitions.ts';
import { missingRight } from './connection-advice.ts';

/** The topic does not exist. */
export class TopicMissingError extends ProductError {
  readonly code = 'TOPIC_MISSING';

  /** @param options `setting` is the setting that contains the name of the topic. */
  constructor(topic: string, { setting = 'KAFKA_TOPIC', ...options }: ErrorOptions & { setting?: string } = {}) {
    super(
      `topic ${topic} does not exist on these brokers; create it, or set ${setting} to the one that is meant`,
      options,
    );
  }
}

/** The brokers report no cluster id. */
export class NoClusterIdError extends ProductError {
  readonly code = 'KAFKA_NO_CLUSTER_ID';

  constructor() {
    super(
      `the brokers report no cluster id, by which the database knows that its positions belong to this cluster: use ` +
        `brokers that have one, as those of Kafka do since 0.10.1`,
    );
  }
}

/** How long one `read` waits for a new leader, or for a broker that knows all partitions, before it returns without. */
const PATIENCE_MS = 3_000;
const FIRST_WAIT_MS = 200;

/** The offset ranges of a topic's partitions, requested from the brokers at each `read`. */
export class TopicOffsets {
  readonly #cluster: KafkaCluster;
  readonly #topic: string;
  readonly #log: KafkaLog;
  /** The partitions that the last `read` found. */
  #known: readonly number[] = [];
  /** Those among them whose offsets could not be read. */
  #unreadable = new Set<number>();

  /** @param cluster this object connects and disconnects it. */
  constructor(cluster: KafkaCluster, topic: string, log: KafkaLog = () => undefined) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#log = log;
    goOnWithoutLeaders(topic);
  }

  /** @throws {AdvertisedAddressError} when no address that the brokers advertise answers. */
  async connect(): Promise<void> {
    await this.#cluster.connect();
    await this.#cluster.refreshMetadata();
    const { metadata, seedBroker } = this.#cluster.brokerPool;
    const seed = seedBroker?.connectionPool;
    const brokers = metadata?.brokers ?? [];
    if (brokers.some(({ host, port }) => host === seed?.host && port === seed.port)) return;
    await requireAnswer(brokers);
  }

  async disconnect(): Promise<void> {
    await this.#cluster.disconnect();
  }

  /** @throws {NoClusterIdError} when the brokers report no cluster id. */
  clusterId(): string {
    const { metadata } = this.#cluster.brokerPool;
    if (metadata === null) throw new TypeError('the cluster is asked for its name before it is connected');
    if (metadata.clusterId === null || metadata.clusterId === '') throw new NoClusterIdError();
    return metadata.clusterId;
  }

  /**
   * The offset range of every partition of the topic; undefined for a partition that has no leader, or whose leader
   * does not answer. A broker may have outdated metadata: others are asked until one knows every partition known
   * before.
   * @param assigned partitions that certainly exist, since the group has assigned them.
   * @throws {TopicMissingError} when the topic does not exist.
   * @throws {NotAuthorizedError} when this login may not read the topic.
   */
  async read(assigned: readonly number[] = []): Promise<ReadonlyMap<number, OffsetRange | undefined>> {
    try {
      return await this.#readPatiently(assigned);
    } catch (error) {
      throw missingRight(error, [{ operation: 'Read', kind: 'topic', name: this.#topic }]) ?? error;
    }
  }

  async #readPatiently(assigned: readonly number[]): Promise<ReadonlyMap<number, OffsetRange | undefined>> {
    const expected = [...this.#known, ...assigned];
    const ranges = new Map<number, OffsetRange>();
    const deadlineMs = performance.now() + PATIENCE_MS;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs *= 2) {
      const isLastTry = performance.now() + waitMs > deadlineMs;
      const partitions = await this.#partitions({ isMissingBelieved: isLastTry || expected.length === 0 });
      const found = partitions.map(({ partitionId }) => partitionId).sort((left, right) => left - right);
      await this.#readLeft(partitions, ranges);
      if (isLastTry || this.#isComplete(found, expected, ranges)) return this.#answer(found, ranges);
      await delay(waitMs);
    }
  }

  /** Whether `read` can return: it does not wait again for partitions that were unreadable in the last `read`. */
  #isComplete(
    found: readonly number[],
    expected: readonly number[],
    ranges: ReadonlyMap<number, OffsetRange>,
  ): boolean {
    return (
      expected.every((partition) => found.includes(partition)) &&
      found.every((partition) => ranges.has(partition) || this.#unreadable.has(partition))
    );
  }

  async #readLeft(partitions: readonly PartitionMetadata[], ranges: Map<number, OffsetRange>): Promise<void> {
    const left = partitions.filter(({ partitionId, leader }) => leader >= 0 && !ranges.has(partitionId));
    const byLeader = Map.groupBy(left, ({ leader }) => leader);
    const answers = [...byLeader].map(([leader, led]) =>
      leaderOffsets(this.#cluster, {
        topic: this.#topic,
        leader,
        partitions: led.map(({ partitionId }) => partitionId),
      }),
    );
    for (const answer of await Promise.all(answers)) {
      for (const [partition, range] of answer) ranges.set(partition, range);
    }
  }

  #answer(
    found: readonly number[],
    ranges: ReadonlyMap<number, OffsetRange>,
  ): ReadonlyMap<number, OffsetRange | undefined> {
    const unreadable = new Set(found.filter((partition) => !ranges.has(partition)));
    const lost = [...unreadable].filter((partition) => !this.#unreadable.has(partition));
    const regained = [...this.#unreadable].filter((partition) => !unreadable.has(partition));
    if (lost.length > 0) {
      const leaders = this.#leadersOf(lost);
      this.#log('partitions without a leader that answers', { topic: this.#topic, partitions: lost, leaders });
    }
    if (regained.length > 0) this.#log('partitions have a leader again', { topic: this.#topic, partitions: regained });
    this.#known = found;
    this.#unreadable = unreadable;
    return new Map(found.map((partition) => [partition, ranges.get(partition)]));
  }

  /** The addresses that the leaders of these partitions advertise; possibly unreachable from this machine. */
  #leadersOf(partitions: readonly number[]): readonly string[] {
    const brokers = this.#cluster.brokerPool.metadata?.brokers ?? [];
    const leaders = new Set(
      this.#cluster
        .findTopicPartitionMetadata(this.#topic)
        .filter(({ partitionId }) => partitions.includes(partitionId))
        .map(({ leader }) => leader),
    );
    return brokers.filter(({ nodeId }) => leaders.has(nodeId)).map(({ host, port }) => `${host}:${port}`);
  }

  async #partitions({ isMissingBelieved }: { readonly isMissingBelieved: boolean }) {
    try {
      await this.#cluster.addTargetTopic(this.#topic);
      await this.#cluster.refreshMetadata();
      return this.#cluster.findTopicPartitionMetadata(this.#topic);
    } catch (error) {
      if (!isUnknownTopic(error)) throw error;
      if (isMissingBelieved) throw new TopicMissingError(this.#topic, { cause: error });
      return [];
    }
  }
}

/** The chosen end of each partition whose offsets can be read. */
export function endsOf(
  offsets: ReadonlyMap<number, OffsetRange | undefined>,
  end: 'latest' | 'stable',
): ReadonlyMap<number, number> {
  return new Map([...offsets].flatMap(([partition, range]) => (range === undefined ? [] : [[partition, range[end]]])));
}

function isUnknownTopic(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
}
