import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaEventSource } from '@antenna/event-source';
import type { Ingestion, Sink } from '@antenna/ingestion';
import type { StreamProgress } from '@antenna/usage-store';

/** How often it is looked whether everything has been processed. */
const LOOK_MS = 100;

/**
 * Resolves when every position of these sinks has passed the offsets that the topic held at the start, whoever moved
 * it: other workers of the group may hold some of the partitions.
 */
export async function drained(
  { ingestion, source, progress }: { ingestion: Ingestion; source: KafkaEventSource; progress: StreamProgress },
  sinks: readonly Sink[],
): Promise<void> {
  const offsets = await source.offsets();
  const ends = new Map([...offsets].map(([partition, { latest }]) => [partition, latest]));
  while (!(await hasPassed(progress, sinks, ends))) {
    await delay(LOOK_MS);
    if (ingestion.hasTaken(ends)) await ingestion.saveAll();
  }
}

async function hasPassed(
  progress: StreamProgress,
  sinks: readonly Sink[],
  ends: ReadonlyMap<number, number>,
): Promise<boolean> {
  const partitions = new Map((await progress.partitions()).map((partition) => [partition.partition, partition]));
  return [...ends].every(([partition, end]) =>
    sinks.every((sink) => (partitions.get(partition)?.offsets[sink] ?? 0) >= end),
  );
}
