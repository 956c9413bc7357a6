import type { IngestionPorts, IngestionSettings, Sink } from './ports/index.ts';

/** The worker's ports, settings and callbacks for the reader and the committer of one assignment. */
export interface AssignmentContext {
  readonly ports: IngestionPorts;
  readonly settings: IngestionSettings;
  /**
   * Starts a step without waiting for it. The worker handles its errors, unless the assignment is abandoned.
   * @param partition the partition of the step, if it has only one.
   */
  readonly inBackground: (operation: string, step: () => Promise<void>, partition?: number) => void;
  /** Stops the partition if the error is a partition fault, else the worker. */
  readonly stop: (partition: number, error: unknown) => void;
  /** The assignment's fraction of the worker's bounds, in (0, 1]: 1 when it is the only one. */
  readonly share: () => number;
  /** A sink has saved records of these partitions. */
  readonly saved: (sink: Sink, partitions: readonly number[]) => void;
  /** Whether a commit may wait for the end of a window (flush-policy.ts). */
  readonly mayGather: () => boolean;
  /** Lets each interner that is nearly full start over. Called when new totals begin. */
  readonly renewInterners: () => void;
}
