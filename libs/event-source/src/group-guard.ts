import { ProductError } from '@antenna/cli';
import type { KafkaCluster } from './kafka-cluster.ts';

/** The consumer group serves another database. */
export class GroupTakenError extends ProductError {
  readonly code = 'OTHER_STREAM';

  constructor(groupId: string, databaseId: string, foreign: readonly NamedOffset[]) {
    super(
      `consumer group ${groupId} serves another database than this one (${databaseId}): ${factsOf(foreign)}. ` +
        `Two databases in one group each get a part of the records. Give each a group of its own with KAFKA_GROUP_ID; ` +
        `where this database replaces the other for good, stop the other's workers and run speed-layer:release-group`,
    );
  }
}

/** An offset that the group has committed, with the database that its worker serves. */
export interface NamedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Undefined when whoever committed it does not say. */
  readonly databaseId: string | undefined;
}

export interface GroupIdentity {
  readonly groupId: string;
  readonly topic: string;
  readonly databaseId: string;
}

/**
 * Keeps a consumer group to one database. Positions live in the database, so two databases whose workers share a group
 * would each get a part of the partitions and notice nothing. Each committed offset names the database of the worker
 * that committed it; a worker that finds another name stops.
 */
export class GroupGuard {
  readonly #cluster: KafkaCluster;
  readonly #identity: GroupIdentity;
  /** The newest offset of each partition that this member may commit without taking progress back. */
  readonly #offsets = new Map<number, number>();

  /** @param cluster is connected before it is asked. */
  constructor(cluster: KafkaCluster, identity: GroupIdentity) {
    this.#cluster = cluster;
    this.#identity = identity;
  }

  /** What is committed beside each offset. */
  get metadata(): string {
    return JSON.stringify({ database: this.#identity.databaseId });
  }

  /** The group has handed partitions out anew. */
  joined(): void {
    this.#offsets.clear();
  }

  /** The partition is read from here on. */
  reads(partition: number, offset: number): void {
    if (!this.#offsets.has(partition)) this.#offsets.set(partition, offset);
  }

  /** This offset is committed to the group. */
  shows(partition: number, offset: number): void {
    this.#offsets.set(partition, offset);
  }

  /**
   * @returns what the group has committed of the topic, by partition.
   * @throws {GroupTakenError} when an offset names another database, of whichever topic.
   */
  async verify(): Promise<ReadonlyMap<number, NamedOffset>> {
    const { groupId, topic, databaseId } = this.#identity;
    const committed = await committedOffsets(this.#cluster, groupId);
    const foreign = committed.filter((each) => each.databaseId !== undefined && each.databaseId !== databaseId);
    if (foreign.length > 0) throw new GroupTakenError(groupId, databaseId, foreign);
    return new Map(committed.filter((each) => each.topic === topic).map((each) => [each.partition, each]));
  }

  /**
   * The offsets to commit so that each of these partitions names this database; none for those that do already, and for
   * those of which no offset is known yet.
   * @throws {GroupTakenError} likewise.
   */
  async unnamed(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const committed = await this.verify();
    return new Map(
      partitions.flatMap((partition) => {
        const known = committed.get(partition);
        if (known?.databaseId !== undefined) return [];
        const offset = Math.max(known?.offset ?? -1, this.#offsets.get(partition) ?? -1);
        return offset < 0 ? [] : [[partition, offset] as const];
      }),
    );
  }
}

/** All that a group has committed, of every topic that we may see. */
export async function committedOffsets(cluster: KafkaCluster, groupId: string): Promise<readonly NamedOffset[]> {
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { responses } = await coordinator.offsetFetch({ groupId, topics: [] });
  return responses.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset, metadata }) => ({
      topic,
      partition,
      offset: Number(offset),
      databaseId: databaseIn(metadata),
    })),
  );
}

/** Others' consumers may write anything there. */
function databaseIn(metadata: string | null): string | undefined {
  try {
    const value: unknown = JSON.parse(metadata ?? '');
    if (typeof value !== 'object' || value === null || !('database' in value)) return undefined;
    return typeof value.database === 'string' ? value.database : undefined;
  } catch {
    return undefined;
  }
}

function factsOf(offsets: readonly NamedOffset[]): string {
  const inOrder = offsets.toSorted((left, right) => left.partition - right.partition);
  const byReader = Map.groupBy(inOrder, ({ topic, databaseId }) => `topic ${topic} for database ${databaseId ?? ''}`);
  return [...byReader]
    .map(([reader, read]) => `partitions ${read.map(({ partition }) => partition).join(', ')} of ${reader}`)
    .join('; ');
}
