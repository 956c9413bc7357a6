import type { SimulatedStore } from './simulated-store.ts';
import type { SimulatedPartition } from './simulated-topic.ts';

export interface MoveParts {
  readonly partitions: readonly SimulatedPartition[];
  readonly store: SimulatedStore;
  readonly call: <T>(name: string, operation: () => T) => Promise<T>;
}

/** How a move can be broken. */
export interface MoveDefects {
  /** Takes the last stable offset of a partition for its end. */
  readonly movesAtStableOffset?: boolean;
  /** Compares the positions of the totals alone with the ends. */
  readonly movesBeforeArchive?: boolean;
  /** Workers of the former topic keep their claims. */
  readonly moveKeepsClaims?: boolean;
}

/** The end of a partition's log as the command has read it, and the end that the log really had. */
export interface LogEnd {
  readonly partition: number;
  readonly end: number;
  readonly actualEnd: number;
}

/** The command speed-layer:move-stream (apps/speed-layer/src/move-stream.ts): away from the topic of the schedule. */
export async function moveStream({ partitions, store, call }: MoveParts, defects: MoveDefects): Promise<void> {
  const ends = await call('ends', () => partitions.map((partition) => endOf(partition, defects)));
  const known = ends.filter((end) => end !== undefined);
  if (known.length < ends.length) return;
  await call('moveStream', () => {
    store.moveStream(known);
  });
}

/** Undefined without a leader, or while an open transaction may still commit records below the end. */
function endOf({ number, range }: SimulatedPartition, { movesAtStableOffset }: MoveDefects): LogEnd | undefined {
  if (range === undefined) return undefined;
  const { stable, latest } = range;
  if (stable < latest && movesAtStableOffset !== true) return undefined;
  return { partition: number, end: stable, actualEnd: latest };
}
