import type { OffsetRange } from '@antenna/ingestion';
import type { KafkaBroker, KafkaCluster } from './kafka-cluster.ts';

/** Partitions of a topic that one broker leads. */
export interface LedPartitions {
  readonly topic: string;
  /** Node id of the broker. */
  readonly leader: number;
  readonly partitions: readonly number[];
}

/** Protocol: what a request for offsets asks for. */
const LATEST = -1;
const EARLIEST = -2;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;

/**
 * What these partitions hold, as far as their leader says so now: a partition that it does not answer for is left out.
 * @throws what another try would not change, such as a refused authorization.
 */
export async function leaderOffsets(
  cluster: KafkaCluster,
  led: LedPartitions,
): Promise<ReadonlyMap<number, OffsetRange>> {
  try {
    return await rangesOf(await cluster.findBroker({ nodeId: led.leader }), led);
  } catch (error) {
    if (!isPassing(error)) throw error;
    // One partition that the broker refuses to answer for makes the client refuse the whole answer.
    if (!isOfOnePartition(error) || led.partitions.length === 1) return new Map();
    const each = led.partitions.map((partition) => leaderOffsets(cluster, { ...led, partitions: [partition] }));
    return new Map((await Promise.all(each)).flatMap((ranges) => [...ranges]));
  }
}

async function rangesOf(broker: KafkaBroker, led: LedPartitions): Promise<ReadonlyMap<number, OffsetRange>> {
  // One connection answers in the order in which it is asked, so that no end is older than a beginning.
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
  const asked = partitions.map((partition) => ({ partition, timestamp }));
  const { responses } = await broker.listOffsets({ isolationLevel, topics: [{ topic, partitions: asked }] });
  return new Map(
    responses.flatMap((response) => response.partitions.map(({ partition, offset }) => [partition, Number(offset)])),
  );
}

function offsetOf(partition: number, offsets: ReadonlyMap<number, number>): number {
  const offset = offsets.get(partition);
  if (offset === undefined) throw new TypeError(`the broker left partition ${partition} out`);
  return offset;
}

/** No connection, no answer in time, or an answer that a new leader will not give. */
function isPassing(error: unknown): boolean {
  return error instanceof Error && 'retriable' in error && error.retriable === true;
}

function isOfOnePartition(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSProtocolError';
}
