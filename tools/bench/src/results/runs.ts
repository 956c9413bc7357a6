import type { Usage } from '../measure/run-measured.ts';

/** One drain of one contestant, verified. */
export interface DrainRun extends Usage {
  readonly contestant: string;
  readonly events: number;
  readonly users: number;
  readonly partitions: number;
  readonly hours: number;
  readonly workers: number;
  /** By the contestant's own account: without the start of its process. */
  readonly drainSeconds: number;
  readonly postgresCpuSeconds: number;
  readonly brokerCpuSeconds: number;
  readonly archiveFiles: number;
  readonly archiveBytes: number;
  /** Load average of the minute before. */
  readonly loadBefore: number;
}

/** One hour that one contestant computed from its archive, verified. */
export interface BatchRun extends Usage {
  readonly contestant: string;
  readonly events: number;
  readonly users: number;
  readonly files: number;
}

/** What Kafka's own consumer took for the topic. */
export interface TransportRun {
  readonly records: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly brokerCpuSeconds: number;
}

/** How long after their arrival in Kafka events were in the database, for one contestant at one rate. */
export interface FreshnessRun {
  readonly contestant: string;
  readonly wantedPerSecond: number;
  /** What the producer reached. */
  readonly eventsPerSecond: number;
  readonly seconds: number;
  readonly probes: number;
  /** Those that were not in the database a while after the last event. */
  readonly missing: number;
  /** Undefined when none arrived. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly maxMs?: number;
}

/** CPU that was used while nothing happened, in shares of a core. */
export interface IdleRun {
  readonly contestant: string;
  readonly seconds: number;
  readonly worker: number;
  readonly postgres: number;
  readonly broker: number;
}

/** Files that a speed layer archives at a rate, for an hour. */
export interface FilesRun {
  readonly wantedPerSecond: number;
  readonly eventsPerSecond: number;
  readonly minutes: number;
  readonly files: number;
  readonly filesPerHour: number;
  readonly bytesPerFile: number;
}
