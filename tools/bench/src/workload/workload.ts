import type { SimulationOptions } from '@antenna/simulator';

/** What a topic of the benchmark holds. */
export interface Workload {
  readonly events: number;
  readonly users: number;
  readonly partitions: number;
  /** Hours of event time. */
  readonly hours: number;
}

const HOUR_MS = 3_600_000;
const SEED = 7;
const ANTENNAS = 50;

/** First event time. */
export const FROM_MS = Date.UTC(2026, 0, 15);

export function endMs({ hours }: Workload): number {
  return FROM_MS + hours * HOUR_MS;
}

/** Tells topics apart. */
export function topicOf(workload: Workload): string {
  return `bench-${factsOf(workload)}-${workload.partitions}p`;
}

/** Tells truths apart: in how many partitions the events are does not matter to them. */
export function factsOf({ events, users, hours }: Workload): string {
  return `${events}e-${users}u-${hours}h`;
}

/**
 * Events that Spark's job can read and counts in full: seconds since 1970, half a minute out of order at most, where its
 * watermark waits for a minute, and none malformed.
 */
export function simulationOf(workload: Workload): SimulationOptions {
  return {
    seed: SEED,
    fromMs: FROM_MS,
    toMs: endMs(workload),
    events: workload.events,
    users: workload.users,
    unknownUsers: 0,
    antennas: ANTENNAS,
    apps: ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'],
    maxBytes: 10_000,
    outOfOrderMs: 30_000,
    lateShare: 0,
    lateByMs: 0,
    malformedShare: 0,
  };
}
