import type { EventArchive } from './event-archive.ts';
import type { EventSource } from './event-source.ts';
import type { IngestionObserver } from './observer.ts';
import type { PositionStore, Sink } from './position-store.ts';

export * from './event-archive.ts';
export * from './event-source.ts';
export * from './observer.ts';
export * from './position-store.ts';

/** Processing time. Event time never comes from this clock. */
export interface Clock {
  /** Milliseconds since 1970, monotonic enough to measure waiting times. */
  nowMs(): number;
}

/** Whether the result of an operation is still wanted. An AbortSignal is one; the core needs no event of an abort. */
export type AbortState = Pick<AbortSignal, 'aborted'>;

/**
 * Repeats an operation with backoff while it fails for a transient reason, such as an unreachable service.
 * Any other failure is thrown at once. After the signal is aborted, the next failure is thrown.
 */
export type Retry = <T>(name: string, operation: () => Promise<T>, signal: AbortState) => Promise<T>;

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
  /** Always includes `totals`, which also stores the dead letters. */
  readonly sinks: readonly Sink[];
  /** How long the oldest unsaved record may wait for a commit; longer while the worker is behind (flush-policy.ts). */
  readonly flushIntervalMs: number;
  readonly flushMaxEvents: number;
  /**
   * Whether the worker ends when it has read what the topic holds. Then its first commit, too, may wait for the end of a window
   * (flush-policy.ts): nobody waits for its first figures.
   */
  readonly isDrain?: boolean;
  /** The lateness beyond which an event is counted as late. It does not affect in which window the event is counted. */
  readonly allowedLatenessMs: number;
  /**
   * Dead letters of a partition that are stored whole in a burst, and per hour after it. The others are stored as
   * ranges.
   */
  readonly deadLettersWhole: number;
  /** Rows in the open chunks of all partitions together at which the largest chunk is written. */
  readonly archiveRollRows: number;
  /** How long the oldest row of a chunk may wait for its file, also across changes of the partition's owner. */
  readonly archiveRollIntervalMs: number;
}
