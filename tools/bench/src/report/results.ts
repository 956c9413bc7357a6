import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Machine } from '../measure/machine.ts';
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

/** One drain of a topic of many subscribers, each of whom has so many events in each of so many windows. */
export interface SubscriberRun extends DrainRun {
  readonly eventsPerWindow: number;
  readonly windows: number;
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
  readonly subscribers?: readonly SubscriberRun[];
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

/** Reads what an earlier run of this program wrote. */
export async function readResults(path: string): Promise<Results> {
  if (!existsSync(path)) return noResults;
  return JSON.parse(await readFile(path, 'utf8')) as Results;
}

/** Appears whole or not at all. */
export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, `${JSON.stringify(results, undefined, 2)}\n`);
  await rename(`${path}.tmp`, path);
}
