import { setImmediate } from 'node:timers/promises';
import { Choices } from './choices.ts';
import type { Core } from './world/core.ts';
import { playSchedule } from './schedule.ts';
import type { Defects } from './world/world.ts';

export interface ExplorationSettings {
  readonly core: Core;
  readonly defects?: Defects;
  readonly firstSeed: number;
  readonly schedules: number;
}

/** A schedule in which something did not hold. */
export interface FailingSchedule {
  readonly seed: number;
  readonly violation: string;
  readonly choices: readonly number[];
}

/** How many schedules are played before anything else of the process gets its turn. */
const SCHEDULES_IN_A_ROW = 500;

/** Plays one schedule for each seed; undefined when everything held in all of them, else the first that failed. */
export async function explore(settings: ExplorationSettings): Promise<FailingSchedule | undefined> {
  // Faults are errors, many a schedule: their stack traces would take much of the time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await playAll(settings);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function playAll(settings: ExplorationSettings): Promise<FailingSchedule | undefined> {
  const { core, defects = {}, firstSeed, schedules } = settings;
  for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
    const choices = Choices.seeded(seed);
    const violation = await playSchedule({ core, choices, defects });
    if (violation !== undefined) return { seed, violation, choices: choices.made };
    if (seed % SCHEDULES_IN_A_ROW === 0) await setImmediate();
  }
  return undefined;
}
