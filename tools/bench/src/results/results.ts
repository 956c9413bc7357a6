import type { Machine } from '../machine/machine.ts';
import type { BatchRun, DrainRun, FilesRun, FreshnessRun, IdleRun, TransportRun } from './runs.ts';

/** All that the suites can find. A suite that was not run is missing. */
export interface Findings {
  readonly rounds?: {
    readonly transport: readonly TransportRun[];
    readonly drains: readonly DrainRun[];
    readonly batches: readonly BatchRun[];
  };
  readonly freshness?: readonly FreshnessRun[];
  readonly idle?: readonly IdleRun[];
  readonly hour?: readonly BatchRun[];
  readonly partitions?: readonly DrainRun[];
  readonly workers?: readonly DrainRun[];
  readonly limitedWorkers?: readonly DrainRun[];
  readonly users?: readonly DrainRun[];
  readonly hourEvents?: readonly BatchRun[];
  readonly hourFiles?: readonly BatchRun[];
  readonly files?: readonly FilesRun[];
}

export type SuiteName = keyof Findings;

/** When and where a suite was run, and how long it took. */
export interface Circumstances {
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly commit: string;
}

/** What is kept of the suites: the last run of each. */
export interface Results {
  readonly findings: Findings;
  readonly circumstances: Readonly<Partial<Record<SuiteName, Circumstances>>>;
}

export const noResults: Results = { findings: {}, circumstances: {} };
