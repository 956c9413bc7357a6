import { setTimeout as delay } from 'node:timers/promises';
import { endsOf, type KafkaEventSource } from '@antenna/event-source';
import type { FaultCode, Ingestion, PartitionFault, Retry, Sink } from '@antenna/ingestion';
import { ProductError } from '@antenna/cli';
import { withAdvice } from './error-guides.ts';
import type { StreamProgress } from '@antenna/usage-store';

/** How often it is looked whether everything has been processed. */
const LOOK_MS = 100;

/** How long a partition may be without a leader before the drain ends without it: an election takes some seconds. */
const LEADER_DEADLINE_MS = 60_000;

const DATA_GAP_EXIT = 4;

export interface DrainParts {
  readonly ingestion: Ingestion;
  readonly source: KafkaEventSource;
  readonly progress: StreamProgress;
  readonly retry: Retry;
}

/** All partitions were drained but those that stand still. */
export class PartitionsStoppedError extends ProductError {
  readonly code: FaultCode;
  override readonly exitCode: number;

  constructor(faults: ReadonlyMap<number, PartitionFault>) {
    const all = [...faults].map(([partition, fault]) => ({ partition, ...fault }));
    const gap = all.find(({ code }) => code === 'DATA_GAP');
    const { code, message } = withAdvice(gap ?? all[0] ?? { code: 'PARTITION_UNAVAILABLE', message: '' });
    const others = all.map((fault) => `${fault.partition} (${fault.code})`).join(', ');
    super(`${message}; all partitions were drained but ${others}`);
    this.code = code;
    this.exitCode = gap === undefined ? 1 : DATA_GAP_EXIT;
  }
}

/**
 * Resolves when every position of these sinks has passed the offsets that the topic held at the start, whoever moved
 * it: other workers of the group may hold some of the partitions. Even if there is nothing left to do, the partitions
 * that are ours have been claimed by then, which refuses a topic that is not the one that the positions were kept for.
 * @throws {PartitionsStoppedError} when all but the partitions that stand still are done.
 */
export async function drained(parts: DrainParts, sinks: readonly Sink[]): Promise<void> {
  const { ingestion, source, retry } = parts;
  const ends = endsOf(await retry('read offsets', () => source.offsets(), new AbortController().signal), 'stable');
  const startedMs = Date.now();
  for (;;) {
    if (ingestion.hasTaken(ends)) {
      await ingestion.saveAll();
      const stopped = await retry(
        'read positions',
        () => stoppedBefore(parts, sinks, ends),
        new AbortController().signal,
      );
      if (stopped?.size === 0) return;
      if (stopped !== undefined && mayEnd(stopped, Date.now() - startedMs)) throw new PartitionsStoppedError(stopped);
    }
    await delay(LOOK_MS);
  }
}

/** The partitions that stand still, when all others have passed their ends; else undefined. */
async function stoppedBefore(
  { ingestion, progress }: DrainParts,
  sinks: readonly Sink[],
  ends: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, PartitionFault> | undefined> {
  const ours = new Set(ingestion.assignedPartitions);
  const noted = (await progress.faults()).filter(({ partition }) => !ours.has(partition));
  const stopped = new Map<number, PartitionFault>([
    ...noted.map((fault) => [fault.partition, fault] as const),
    ...ingestion.stoppedPartitions,
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
