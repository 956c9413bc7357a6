import type { OffsetRange } from '@antenna/ingestion';
import type { Kafka } from 'kafkajs';
import { type KafkaCluster, kafkaCluster } from './kafka-cluster.ts';

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

/** Protocol: what a request for offsets asks for. */
const LATEST = -1;
const EARLIEST = -2;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;

/** What a topic holds, asked of the brokers each time. */
export class TopicOffsets {
  readonly #cluster: KafkaCluster;
  readonly #topic: string;

  constructor(kafka: Kafka, topic: string) {
    this.#cluster = kafkaCluster(kafka);
    this.#topic = topic;
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

  /** Of every partition that the topic has now. @throws {TopicMissingError} when there is no such topic. */
  async read(): Promise<ReadonlyMap<number, OffsetRange | undefined>> {
    const partitions = await this.#partitions();
    const byLeader = Map.groupBy(partitions, ({ leader }) => leader);
    const read = await Promise.all(
      [...byLeader].map(([leader, led]) =>
        this.#readFrom(
          leader,
          led.map(({ partitionId }) => partitionId),
        ),
      ),
    );
    return new Map(read.flat().sort(([left], [right]) => left - right));
  }

  async #partitions() {
    try {
      await this.#cluster.addTargetTopic(this.#topic);
      await this.#cluster.refreshMetadata();
    } catch (error) {
      if (isUnknownTopic(error)) throw new TopicMissingError(this.#topic, { cause: error });
      throw error;
    }
    return this.#cluster.findTopicPartitionMetadata(this.#topic);
  }

  async #readFrom(leader: number, partitions: readonly number[]): Promise<readonly (readonly [number, OffsetRange])[]> {
    const broker = await this.#cluster.findBroker({ nodeId: leader });
    const list = async (timestamp: number, isolationLevel: number) => {
      const asked = partitions.map((partition) => ({ partition, timestamp }));
      const { responses } = await broker.listOffsets({
        isolationLevel,
        topics: [{ topic: this.#topic, partitions: asked }],
      });
      return new Map(
        responses.flatMap((response) => response.partitions.map((each) => [each.partition, Number(each.offset)])),
      );
    };
    // One connection answers in the order in which it was asked, so that no end is older than a beginning.
    const [earliest, stable, latest] = await Promise.all([
      list(EARLIEST, READ_UNCOMMITTED),
      list(LATEST, READ_COMMITTED),
      list(LATEST, READ_UNCOMMITTED),
    ]);
    return partitions.map((partition) => [
      partition,
      {
        earliest: offsetOf(partition, earliest),
        latest: offsetOf(partition, latest),
        stable: offsetOf(partition, stable),
      },
    ]);
  }
}

/** One end of each partition whose offsets can be read. */
export function endsOf(
  offsets: ReadonlyMap<number, OffsetRange | undefined>,
  end: 'latest' | 'stable',
): ReadonlyMap<number, number> {
  return new Map([...offsets].flatMap(([partition, range]) => (range === undefined ? [] : [[partition, range[end]]])));
}

function offsetOf(partition: number, offsets: ReadonlyMap<number, number>): number {
  const offset = offsets.get(partition);
  if (offset === undefined) throw new TypeError(`the broker left partition ${partition} out`);
  return offset;
}

function isUnknownTopic(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
}
