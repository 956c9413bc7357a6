import { HOUR_MS, MAX_BYTES } from '../hour/hour-truth.ts';
import { FROM_MS, type Workload } from '../workload/workload.ts';

/** A topic of many subscribers: each of them has so many events in each of so many windows of five minutes. */
export interface SubscriberWorkload {
  readonly users: number;
  readonly eventsPerWindow: number;
  readonly windows: number;
}

export const WINDOW_MS = 300_000;
const WINDOWS_PER_HOUR = HOUR_MS / WINDOW_MS;
const PARTITIONS = 4;

/** Tells topics and truths apart. */
export function subscriberTopic({ users, eventsPerWindow, windows }: SubscriberWorkload): string {
  return `bench-subscribers-${users}u-${eventsPerWindow}e-${windows}w`;
}

/** The end of the last window. */
export function subscribersEndMs({ windows }: SubscriberWorkload): number {
  return FROM_MS + windows * WINDOW_MS;
}

/** The same topic in the figures that all drained topics have. */
export function topicFacts({ users, eventsPerWindow, windows }: SubscriberWorkload): Workload {
  return {
    events: users * eventsPerWindow * windows,
    users,
    partitions: PARTITIONS,
    hours: Math.ceil(windows / WINDOWS_PER_HOUR),
  };
}

/** Bytes that a subscriber uses in a full hour of the workload, on average. */
export function meanUsage({ eventsPerWindow, windows }: SubscriberWorkload): number {
  return eventsPerWindow * Math.min(windows, WINDOWS_PER_HOUR) * (MAX_BYTES / 2);
}
