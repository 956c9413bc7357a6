import { setTimeout as delay } from 'node:timers/promises';
import type { OffsetRange } from '@antenna/ingestion';
import type { KafkaCluster, PartitionMetadata } from './kafka-cluster.ts';
import type { KafkaLog } from './kafka-client.ts';
import { leaderOffsets } from './leader-offsets.ts';
import { goOnWithoutLeaders } from './leaderless-partitions.ts';

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

/** How long one reading waits for a new leader, or for a broker that knows all partitions; then it does without. */
const PATIENCE_MS = 3_000;
const FIRST_WAIT_MS = 200;

/** What a topic holds, asked of the brokers each time. */
export class TopicOffsets {
  readonly #cluster: KafkaCluster;
  readonly #topic: string;
  readonly #log: KafkaLog;
  /** The partitions that the last reading found. */
  #known: readonly number[] = [];
  /** Those of them that could not be read. */
  #unreadable = new Set<number>();

  /** @param cluster is connected and disconnected by this object. */
  constructor(cluster: KafkaCluster, topic: string, log: KafkaLog = () => undefined) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#log = log;
    goOnWithoutLeaders(topic);
  }

  async connect(): Promise<void> {
    await this.#cluster.connect();
    await this.#cluster.refreshMetadata();
  }

  async disconnect(): Promise<void> {
    await this.#cluster.disconnect();
  }

  clusterId(): string {
    const { metadata } = this.#cluster.brokerPool;
    if (metadata === null) throw new TypeError('the cluster is asked for its name before it is connected');
    return metadata.clusterId;
  }

  /**
   * Of every partition that the topic has now; undefined for one that has no leader, or whose leader does not answer.
   * A broker may know the topic of a moment ago: others are asked until one knows every partition that was known before.
   * @param assigned partitions that the topic has for sure, since the group has handed them out.
   * @throws {TopicMissingError} when there is no such topic.
   */
  async read(assigned: readonly number[] = []): Promise<ReadonlyMap<number, OffsetRange | undefined>> {
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

  /** Whether nothing is left to wait for: partitions that could not be read before either are not waited for again. */
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
    if (lost.length > 0)
      this.#log('partitions without a leader that answers', { topic: this.#topic, partitions: lost });
    if (regained.length > 0) this.#log('partitions have a leader again', { topic: this.#topic, partitions: regained });
    this.#known = found;
    this.#unreadable = unreadable;
    return new Map(found.map((partition) => [partition, ranges.get(partition)]));
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

/** One end of each partition whose offsets can be read. */
export function endsOf(
  offsets: ReadonlyMap<number, OffsetRange | undefined>,
  end: 'latest' | 'stable',
): ReadonlyMap<number, number> {
  return new Map([...offsets].flatMap(([partition, range]) => (range === undefined ? [] : [[partition, range[end]]])));
}

function isUnknownTopic(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
}
