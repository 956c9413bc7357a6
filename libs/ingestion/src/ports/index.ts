import type { EventArchive } from './event-archive.ts';
import type { EventSource } from './event-source.ts';
import type { IngestionObserver } from './observer.ts';
import type { PositionStore, Sink } from './position-store.ts';

export * from './event-archive.ts';
export * from './event-source.ts';
export * from './observer.ts';
export * from './position-store.ts';

/** Processing time. Event time never comes from here. */
export interface Clock {
  /** Milliseconds since 1970, monotonic enough to measure waiting. */
  nowMs(): number;
}

/**
 * Repeats an operation with backoff for as long as it fails for a passing reason (an unreachable service, say).
 * Any other failure is thrown at once; so is the last one when the signal was aborted meanwhile.
 */
export type Retry = <T>(name: string, operation: () => Promise<T>, signal: AbortSignal) => Promise<T>;

export interface IngestionPorts {
  readonly source: EventSource;
  readonly store: PositionStore;
  /** Undefined when the totals are the only sink. */
  readonly archive: EventArchive | undefined;
  readonly clock: Clock;
  readonly retry: Retry;
  readonly observer: IngestionObserver;
}

export interface IngestionSettings {
  readonly topic: string;
  /** Always with `totals`, which also keeps the dead letters. */
  readonly sinks: readonly Sink[];
  /** How long the oldest unsaved event may wait for a commit; twice as long while the worker is behind. */
  readonly flushIntervalMs: number;
  readonly flushMaxEvents: number;
  /** Dead letters of a partition that are stored whole at once, and again within an hour; the others as ranges. */
  readonly deadLettersWhole: number;
  /** Rows in open chunks of all partitions together at which the largest chunk is written. */
  readonly archiveRollRows: number;
  /** How long the oldest row of a chunk may wait for its file, whoever has held the partition meanwhile. */
  readonly archiveRollIntervalMs: number;
}
