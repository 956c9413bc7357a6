import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { FailingSchedule } from './explore.ts';

/** Schedules of consecutive seeds. */
export interface Seeds {
  readonly firstSeed: number;
  readonly schedules: number;
}

/** A thread that is done with some seeds takes the next ones: one that is slow does not hold up the others. */
const SCHEDULES_AT_A_TIME = 500;

/**
 * Nearly all objects live for one schedule. By default, V8 collects after each megabyte of new objects, and by several
 * threads, which wait for each other.
 */
const COLLECTION = ['--min-semi-space-size=16', '--single-threaded-gc'];

/** Explores on all cores. @returns the failing schedule with the smallest seed, or undefined. */
export async function exploreInParallel({
  mutant,
  ...all
}: Seeds & { readonly mutant: string }): Promise<FailingSchedule | undefined> {
  for (const flag of COLLECTION) setFlagsFromString(flag);
  const parts = partsOf(all);
  const threads = Array.from({ length: availableParallelism() }, () => exploreParts(parts, mutant));
  const failing = (await Promise.all(threads)).filter((outcome) => outcome !== undefined);
  return failing.toSorted((left, right) => left.seed - right.seed)[0];
}

/** In the order of their seeds. */
export function* partsOf({ firstSeed, schedules }: Seeds, size = SCHEDULES_AT_A_TIME): Generator<Seeds, undefined> {
  for (let played = 0; played < schedules; played += size) {
    yield { firstSeed: firstSeed + played, schedules: Math.min(size, schedules - played) };
  }
}

/** The first failing schedule ends it for all threads: what is left to hand out has greater seeds. */
async function exploreParts(parts: Generator<Seeds, undefined>, mutant: string): Promise<FailingSchedule | undefined> {
  const worker = new Worker(new URL('./explore-worker.ts', import.meta.url), { workerData: mutant });
  try {
    for (const seeds of parts) {
      worker.postMessage(seeds);
      const [failing] = (await once(worker, 'message')) as [FailingSchedule | undefined];
      if (failing !== undefined) return failing;
    }
    return undefined;
  } finally {
    await worker.terminate();
  }
}
