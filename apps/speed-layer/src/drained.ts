import { setTimeout as delay } from 'node:timers/promises';
import { endsOf, type KafkaEventSource } from '@antenna/event-source';
import type { Ingestion, Retry, Sink } from '@antenna/ingestion';
import type { StreamProgress } from '@antenna/usage-store';

/** How often it is looked whether everything has been processed. */
const LOOK_MS = 100;

export interface DrainParts {
  readonly ingestion: Ingestion;
  readonly source: KafkaEventSource;
  readonly progress: StreamProgress;
  readonly retry: Retry;
}

/**
 * Resolves when every position of these sinks has passed the offsets that the topic held at the start, whoever moved
 * it: other workers of the group may hold some of the partitions. Even if there is nothing left to do, the partitions
 * that are ours have been claimed by then, which refuses a topic that is not the one that the positions were kept for.
 */
export async function drained(
  { ingestion, source, progress, retry }: DrainParts,
  sinks: readonly Sink[],
): Promise<void> {
  const ends = endsOf(await retry('read offsets', () => source.offsets(), { aborted: false }), 'stable');
  const hasPassed = () => retry('read positions', () => havePassed(progress, sinks, ends), { aborted: false });
  while (!(ingestion.hasTaken(ends) && (await hasPassed()))) {
    await delay(LOOK_MS);
    if (ingestion.hasTaken(ends)) await ingestion.saveAll();
  }
}

async function havePassed(
  progress: StreamProgress,
  sinks: readonly Sink[],
  ends: ReadonlyMap<number, number>,
): Promise<boolean> {
  const partitions = new Map((await progress.partitions()).map((partition) => [partition.partition, partition]));
  return [...ends].every(([partition, end]) =>
    sinks.every((sink) => (partitions.get(partition)?.offsets[sink] ?? 0) >= end),
  );
}
