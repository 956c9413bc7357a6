import { loadavg } from 'node:os';
import { join } from 'node:path';
import { archiveSize, withArchive } from '@antenna/oracle';
import type { CommandLine } from '@antenna/test-kit';
import { addingUsers, type Contestant, type Drainer } from '../contestants/contestant.ts';
import { withLimits } from '../measure/control-group.ts';
import { NotMeasurableError } from '../measure/processes.ts';
import { type Measured, runMeasured } from '../measure/run-measured.ts';
import type { BatchRun, DrainRun } from '../report/results.ts';
import { type BenchStack, withServerUsage } from '../stack/bench-stack.ts';
import { inRunPlace, type RunPlace } from '../stack/run-place.ts';
import type { LoadedTopic } from '../workload/load-topic.ts';
import { verifyArchive, verifyHour, verifyWindows } from '../workload/verify.ts';
import { endMs, FROM_MS, hourFolder, usersOf, type Workload } from '../workload/workload.ts';

const HOUR_MS = 3_600_000;

/** What a process may take beyond its quota: the kernel shares out time in slices. */
const QUOTA_TOLERANCE = 1.1;

export interface DrainOptions {
  /** Processes that drain at once. */
  readonly workers?: number;
  /** Of a core, that each of them is held to. */
  readonly cpuShare?: number;
  /** Whose batch layer then computes an hour of the archive; nobody's if undefined. */
  readonly thenHour?: Contestant;
}

export interface DrainOutcome {
  readonly drain: DrainRun;
  readonly batch: BatchRun | undefined;
}

/**
 * One contestant, once, from an empty database and archive: drains the topic, then computes an hour of what it archived.
 * @throws {NotProvenError} when a row of what it computed is not the truth.
 */
export function drainRound(
  stack: BenchStack,
  contestant: Drainer,
  loaded: LoadedTopic,
  options: DrainOptions = {},
): Promise<DrainOutcome> {
  return inRunPlace(stack, async (at) => {
    const { topic, workload, truth } = loaded;
    await contestant.prepare(at, addingUsers(usersOf(workload)));
    const { workers = 1, cpuShare, thenHour } = options;
    const drain = await measuredDrain(stack, contestant, { at, topic, workload, workers, cpuShare });
    await verifyWindows(at.databaseUrl, truth, endMs(workload));
    await verifyArchive(at.archive, truth, endMs(workload));
    const batch = thenHour === undefined ? undefined : await measuredBatch(thenHour, at, loaded);
    return { drain, batch };
  });
}

interface DrainPlace {
  readonly at: RunPlace;
  readonly topic: string;
  /** What the topic holds. */
  readonly workload: Workload;
  readonly workers: number;
  readonly cpuShare?: number | undefined;
}

/** Measures a drain into a prepared place. What it has left there still has to be verified. */
export async function measuredDrain(
  stack: BenchStack,
  contestant: Drainer,
  { at, topic, workload, workers, cpuShare }: DrainPlace,
): Promise<DrainRun> {
  const [load] = loadavg();
  const command = contestant.drain(at, topic);
  const commands = Array.from({ length: workers }, () => command);
  const [{ outputs, usage }, servers] = await withServerUsage(stack, () => measuredWithin(commands, cpuShare));
  const { files, bytes } = archiveSize(at.archive);
  return {
    contestant: contestant.name,
    ...workload,
    workers,
    drainSeconds: Math.max(...outputs.map((output) => contestant.drainSeconds(output))),
    ...usage,
    ...servers,
    archiveFiles: files,
    archiveBytes: bytes,
    loadBefore: load ?? Number.NaN,
  };
}

/** @throws {NotMeasurableError} when the processes took more than their share. */
async function measuredWithin(commands: readonly CommandLine[], cpuShare: number | undefined): Promise<Measured> {
  if (cpuShare === undefined) return runMeasured(commands);
  const measured = await withLimits(commands, { cpuShare }, runMeasured);
  const { cpuSeconds, wallSeconds } = measured.usage;
  const allowed = commands.length * cpuShare * wallSeconds * QUOTA_TOLERANCE;
  if (cpuSeconds > allowed) throw new NotMeasurableError(`${cpuSeconds} CPU s were taken of ${allowed} allowed`);
  return measured;
}

/** The second hour: it is complete in spite of records that come out of order. */
async function measuredBatch(
  contestant: Contestant,
  at: RunPlace,
  { truth, workload }: LoadedTopic,
): Promise<BatchRun> {
  const hourMs = FROM_MS + (workload.hours > 1 ? HOUR_MS : 0);
  const { usage } = await runMeasured([contestant.batchHour(at, hourMs)]);
  await verifyHour(at.databaseUrl, { truth, users: usersOf(workload), hourMs });
  const folder = join(at.archive, hourFolder(hourMs));
  const { files } = archiveSize(folder);
  return {
    contestant: contestant.name,
    events: await withArchive(folder, (archive) => archive.eventCount()),
    users: workload.users,
    files,
    ...usage,
  };
}
