import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandLine, Environment } from '@antenna/test-kit';
import * as z from 'zod';
import { withDatabase } from '../stack/database.ts';
import type { RunPlace } from '../stack/run-place.ts';
import type { Drainer, StreamingContestant } from './contestant.ts';
import type { FlinkInstallation } from './flink-installation.ts';

/** `stream`: the DataStream API, tuned for this one job; `sql`: what a few statements of Flink SQL do. */
export type FlinkJob = 'stream' | 'sql';

export const flinkJobs: readonly FlinkJob[] = ['stream', 'sql'];

const mainClasses: Readonly<Record<FlinkJob, string>> = { stream: 'peer.StreamJob', sql: 'peer.SqlJob' };

/** Beyond those of jvm.options: what each was fastest with. */
const ownFlags: Readonly<Record<FlinkJob, readonly string[]>> = {
  stream: [],
  sql: ['-Xms1g', '-Xmx1g', '-XX:-UseSerialGC', '-XX:+UseParallelGC'],
};

/** As often as the product commits, by default. */
const SHOW_EVERY_MS = 500;

const drainReport = z.object({ job_seconds: z.number() });

/** The peer: the speed layer as a job of Flink. It has no batch layer. */
export function flink(peer: FlinkInstallation, job: FlinkJob): Drainer {
  return {
    name: `flink-${job}`,
    prepare: (at) => makeTables(peer, at),
    drain: (at, topic) => jobCommand(peer, job, { env: jobEnvironment(at, topic) }),
    drainSeconds: (output) => drainReport.parse(JSON.parse(output)).job_seconds,
  };
}

/** A job that goes on, and shows windows before they are over. */
export function flinkStreaming(peer: FlinkInstallation, job: FlinkJob): StreamingContestant {
  return {
    name: `flink-${job}, unfinished windows`,
    table: 'bytes',
    shows: 'events',
    prepare: (at) => makeTables(peer, at),
    service: (at, topic) =>
      jobCommand(peer, job, { env: { ...jobEnvironment(at, topic), SHOW_EVERY_MS: String(SHOW_EVERY_MS) } }),
  };
}

/** Where Java keeps the classes of a job, as it has read them: it then starts with two CPU seconds less. */
export function classArchive({ classArchives }: FlinkInstallation, job: FlinkJob): string {
  return join(classArchives, `${job}.jsa`);
}

interface JobOptions {
  readonly env: Environment;
  readonly flags?: readonly string[];
}

/** @param flags of Java, beyond those that the job runs with. */
export function jobCommand(peer: FlinkInstallation, job: FlinkJob, { env, flags = [] }: JobOptions): CommandLine {
  const archive = classArchive(peer, job);
  const archived = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [];
  const options = [`@${join(peer.sources, 'jvm.options')}`, ...ownFlags[job], ...archived, ...flags];
  return { file: peer.java, args: [...options, '-cp', peer.classPath, mainClasses[job]], env };
}

export function jobEnvironment(at: RunPlace, topic: string): Environment {
  return {
    POSTGRES_URL: at.databaseUrl,
    KAFKA_BOOTSTRAP: at.brokers,
    KAFKA_TOPIC: topic,
    ARCHIVE_DIR: at.archive,
    CHECKPOINT_DIR: join(at.scratch, 'checkpoints'),
  };
}

async function makeTables({ sources }: FlinkInstallation, at: RunPlace): Promise<void> {
  const schema = await readFile(join(sources, 'schema.sql'), 'utf8');
  await withDatabase(at.databaseUrl, (database) => database.raw(schema));
}
