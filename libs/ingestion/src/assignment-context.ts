import type { IngestionPorts, IngestionSettings, Sink } from './ports/index.ts';

/** What those who work for one assignment need of the worker. */
export interface AssignmentContext {
  readonly ports: IngestionPorts;
  readonly settings: IngestionSettings;
  /**
   * Starts a step that nobody waits for. The worker deals with what it throws, unless the assignment is abandoned.
   * @param partition the one that the step concerns, if it concerns one.
   */
  readonly inBackground: (operation: string, step: () => Promise<void>, partition?: number) => void;
  /** A partition cannot go on: it is stopped if the error is a fault of it, else the worker. */
  readonly stop: (partition: number, error: unknown) => void;
  /** Which part of the worker's bounds this assignment may use: 1 when it is the only one. */
  readonly share: () => number;
  /** A sink of these partitions has come on. */
  readonly saved: (sink: Sink, partitions: readonly number[]) => void;
}
