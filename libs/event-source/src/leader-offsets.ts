import type { OffsetRange } from '@antenna/ingestion';
import type { KafkaBroker, KafkaCluster } from './kafka-cluster.ts';

/** Partitions of a topic that one broker leads. */
export interface LedPartitions {
  readonly topic: string;
  /** Node id of the broker. */
  readonly leader: number;
  readonly partitions: readonly number[];
}

/** Kafka protocol: special timestamps and isolation levels of a ListOffsets request. */
const LATEST = -1;
const EARLIEST = -2;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;

/**
 * The offset ranges of these partitions according to their leader. Leaves out a partition that the leader does not
 * answer for.
 * @throws errors that another attempt does not change, such as a refused authorization.
 */
export async function leaderOffsets(
  cluster: KafkaCluster,
  led: LedPartitions,
): Promise<ReadonlyMap<number, OffsetRange>> {
  try {
    return await rangesOf(await cluster.findBroker({ nodeId: led.leader }), led);
  } catch (error) {
    if (!isPassing(error)) throw error;
    // When the broker refuses to answer for one partition, the client rejects the whole response: ask for each alone.
    if (!isOfOnePartition(error) || led.partitions.length === 1) return new Map();
    const each = led.partitions.map((partition) => leaderOffsets(cluster, { ...led, partitions: [partition] }));
    return new Map((await Promise.all(each)).flatMap((ranges) => [...ranges]));
  }
}

async function rangesOf(broker: KafkaBroker, led: LedPartitions): Promise<ReadonlyMap<number, OffsetRange>> {
  // A connection answers in the order of its requests, so no end is older than a beginning.
  const [earliest, stable, latest] = await Promise.all([
    offsetsAt(broker, led, { timestamp: EARLIEST, isolationLevel: READ_UNCOMMITTED }),
    offsetsAt(broker, led, { timestamp: LATEST, isolationLevel: READ_COMMITTED }),
    offsetsAt(broker, led, { timestamp: LATEST, isolationLevel: READ_UNCOMMITTED }),
  ]);
  const rangeOf = (partition: number) => ({
    earliest: offsetOf(partition, earliest),
    latest: offsetOf(partition, latest),
    stable: offsetOf(partition, stable),
  });
  return new Map(led.partitions.map((partition) => [partition, rangeOf(partition)]));
}

async function offsetsAt(
  broker: KafkaBroker,
  { topic, partitions }: LedPartitions,
  { timestamp, isolationLevel }: { readonly timestamp: number; readonly isolationLevel: number },
): Promise<ReadonlyMap<number, number>> {
  const requested = partitions.map((partition) => ({ partition, timestamp }));
  const { responses } = await broker.listOffsets({ isolationLevel, topics: [{ topic, partitions: requested }] });
  return new Map(
    responses.flatMap((response) => response.partitions.map(({ partition, offset }) => [partition, Number(offset)])),
  );
}

function offsetOf(partition: number, offsets: ReadonlyMap<number, number>): number {
  const offset = offsets.get(partition);
  if (offset === undefined) throw new TypeError(`the broker left partition ${partition} out`);
  return offset;
}

/** True without a connection, without an answer in time, or for an answer that a new leader does not repeat. */
function isPassing(error: unknown): boolean {
  return error instanceof Error && 'retriable' in error && error.retriable === true;
}

function isOfOnePartition(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSProtocolError';
}
