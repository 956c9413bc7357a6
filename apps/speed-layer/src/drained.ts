import { setTimeout as delay } from 'node:timers/promises';
import { endsOf, type KafkaEventSource } from '@antenna/event-source';
import type { FaultCode, Ingestion, PartitionFault, Retry, Sink } from '@antenna/ingestion';
import { ProductError } from '@antenna/cli';
import { withAdvice } from './error-guides.ts';
import { UNTIL_IT_PASSES } from './retry.ts';
import type { StreamProgress } from '@antenna/usage-store';

/** How often the drain checks whether this worker has read all of its records: that asks nobody. */
const READ_LOOK_MS = 10;

/** How often it then asks Postgres whether all workers have saved theirs. */
const SAVED_LOOK_MS = 100;

/** How long a partition may be without a leader before the drain ends without it: an election takes some seconds. */
const LEADER_DEADLINE_MS = 60_000;

const DATA_GAP_EXIT = 4;

export interface DrainParts {
  readonly ingestion: Ingestion;
  readonly source: KafkaEventSource;
  readonly progress: StreamProgress;
  readonly retry: Retry;
}

/** All partitions were drained except those that are stopped by a fault. */
export class PartitionsStoppedError extends ProductError {
  readonly code: FaultCode;
  override readonly exitCode: number;

  constructor(faults: ReadonlyMap<number, PartitionFault>) {
    const all = [...faults].map(([partition, fault]) => ({ partition, ...fault }));
    const gap = all.find(({ code }) => code === 'DATA_GAP');
    const { code, message } = gap ?? all[0] ?? { code: 'PARTITION_UNAVAILABLE' as const, message: '' };
    const others = all.map((fault) => `${fault.partition} (${fault.code})`).join(', ');
    super(`${message}; all partitions were drained but ${others}`);
    this.code = code;
    this.exitCode = gap === undefined ? 1 : DATA_GAP_EXIT;
  }
}

/**
 * Resolves when every position of these sinks has passed the end offsets that the topic had at the start. Positions
 * that other workers of the group move count too. Even with nothing left to do, this worker's partitions are claimed
 * before it resolves, and the claim refuses a topic other than the one that the positions belong to.
 * @param look is called at each check with the number of records that this worker still has to read.
 * @throws {PartitionsStoppedError} when all partitions except the stopped ones are done.
 */
export async function drained(
  parts: DrainParts,
  sinks: readonly Sink[],
  look: (recordsLeft: number) => void = () => undefined,
): Promise<void> {
  const { ingestion, source, retry } = parts;
  const ends = endsOf(await retry('read offsets', () => source.offsets(), UNTIL_IT_PASSES), 'stable');
  const startedMs = Date.now();
  for (;;) {
    if (ingestion.isClaimed) look(leftBefore(ends, ingestion.processedOffsets));
    const isRead = ingestion.hasProcessed(ends);
    if (isRead) {
      await ingestion.saveAll();
      const stopped = await retry('read positions', () => stoppedBefore(parts, sinks, ends), UNTIL_IT_PASSES);
      if (stopped?.size === 0) return;
      if (stopped !== undefined && mayEnd(stopped, Date.now() - startedMs)) throw new PartitionsStoppedError(stopped);
    }
    await delay(isRead ? SAVED_LOOK_MS : READ_LOOK_MS);
  }
}

function leftBefore(ends: ReadonlyMap<number, number>, taken: ReadonlyMap<number, number>): number {
  return [...taken].reduce((sum, [partition, offset]) => sum + Math.max(0, (ends.get(partition) ?? 0) - offset), 0);
}

/** The stopped partitions once all others have passed their ends; undefined before. */
async function stoppedBefore(
  { ingestion, progress }: DrainParts,
  sinks: readonly Sink[],
  ends: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, PartitionFault> | undefined> {
  const ours = new Set(ingestion.assignedPartitions);
  const noted = (await progress.faults()).filter(({ partition }) => !ours.has(partition));
  // The stored messages of other workers' faults contain the advice already.
  const stopped = new Map<number, PartitionFault>([
    ...noted.map((fault) => [fault.partition, fault] as const),
    ...[...ingestion.stoppedPartitions].map(([partition, fault]) => [partition, withAdvice(fault)] as const),
  ]);
  const partitions = new Map((await progress.partitions()).map((partition) => [partition.partition, partition]));
  const hasPassed = (partition: number, end: number) =>
    sinks.every((sink) => (partitions.get(partition)?.offsets[sink] ?? 0) >= end);
  const isDone = [...ends].every(([partition, end]) => stopped.has(partition) || hasPassed(partition, end));
  return isDone ? stopped : undefined;
}

function mayEnd(stopped: ReadonlyMap<number, PartitionFault>, waitedMs: number): boolean {
  const waitsForLeader = [...stopped.values()].some(({ code }) => code === 'PARTITION_UNAVAILABLE');
  return !waitsForLeader || waitedMs >= LEADER_DEADLINE_MS;
}
