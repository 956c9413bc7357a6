import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FailingSchedule } from './explore.ts';

/** The schedules of one thread. */
export interface Share {
  readonly mutant: string;
  readonly firstSeed: number;
  readonly schedules: number;
}

/** Explores on all cores. @returns the failing schedule with the smallest seed, or undefined. */
export async function exploreInParallel(all: Share): Promise<FailingSchedule | undefined> {
  const outcomes = await Promise.all(sharesOf(all, availableParallelism()).map(exploreShare));
  return outcomes.find((outcome) => outcome !== undefined);
}

/** In the order of their seeds. */
export function sharesOf({ mutant, firstSeed, schedules }: Share, threads: number): Share[] {
  const size = Math.ceil(schedules / threads);
  return Array.from({ length: threads }, (_, thread) => ({
    mutant,
    firstSeed: firstSeed + thread * size,
    schedules: Math.max(0, Math.min(size, schedules - thread * size)),
  }));
}

async function exploreShare(workerData: Share): Promise<FailingSchedule | undefined> {
  const worker = new Worker(new URL('./explore-worker.ts', import.meta.url), { workerData });
  const [outcome] = (await once(worker, 'message')) as [FailingSchedule | undefined];
  return outcome;
}
