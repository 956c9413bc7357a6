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

/** A committed offset of the group, with the id of the database that the committing worker serves. */
export interface NamedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Undefined when the offset's metadata names no database. */
  readonly databaseId: string | undefined;
}

export interface GroupIdentity {
  readonly groupId: string;
  readonly topic: string;
  readonly databaseId: string;
}

/**
 * Binds a consumer group to one database. Positions live in the database, so when workers of two databases share a
 * group, each database silently gets only a part of the partitions. The metadata of each committed offset names the
 * database of the worker that committed it; a worker that finds another name stops.
 */
export class GroupGuard {
  readonly #cluster: KafkaCluster;
  readonly #identity: GroupIdentity;
  /** The newest offset of each partition that this member may commit without moving the group backwards. */
  readonly #offsets = new Map<number, number>();

  /** @param cluster must be connected before the first call of `verify`. */
  constructor(cluster: KafkaCluster, identity: GroupIdentity) {
    this.#cluster = cluster;
    this.#identity = identity;
  }

  /** The metadata to commit with each offset. */
  get metadata(): string {
    return JSON.stringify({ database: this.#identity.databaseId });
  }

  /** Call after each rebalance: forgets the offsets of the previous assignment. */
  joined(): void {
    this.#offsets.clear();
  }

  /** Notes the offset at which this member begins to read the partition. */
  reads(partition: number, offset: number): void {
    if (!this.#offsets.has(partition)) this.#offsets.set(partition, offset);
  }

  /** Notes the offset that this member commits to the group. */
  shows(partition: number, offset: number): void {
    this.#offsets.set(partition, offset);
  }

  /**
   * @returns the group's committed offsets of the topic, by partition.
   * @throws {GroupTakenError} when an offset of any topic names another database.
   */
  async verify(): Promise<ReadonlyMap<number, NamedOffset>> {
    const { groupId, topic, databaseId } = this.#identity;
    const committed = await committedOffsets(this.#cluster, groupId);
    const foreign = committed.filter((each) => each.databaseId !== undefined && each.databaseId !== databaseId);
    if (foreign.length > 0) throw new GroupTakenError(groupId, databaseId, foreign);
    return new Map(committed.filter((each) => each.topic === topic).map((each) => [each.partition, each]));
  }

  /**
   * The offsets to commit so that each of these partitions names this database. Leaves out partitions whose committed
   * offset names it already, and partitions without a known offset.
   * @throws {GroupTakenError} when an offset of any topic names another database.
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

/** All committed offsets of a group, of every topic that this login may describe. */
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

/** Consumers of other software may write any text as metadata. */
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
