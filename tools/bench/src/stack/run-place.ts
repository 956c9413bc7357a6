import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '@antenna/local-stack';
import { dropDatabase, type Environment, freshDatabase, rowsOf } from '@antenna/test-kit';
import { benchKafka, deleteTopicsLike } from '../kafka/kafka-topics.ts';
import { type BenchStack, place, startBenchStack } from './bench-stack.ts';

/** The working folder of one run of one contestant. */
export interface RunPlace {
  readonly databaseUrl: string;
  readonly brokers: string;
  /** The name of the place; for a topic of its own, too. */
  readonly groupId: string;
  /** The folder of the Parquet files. */
  readonly archive: string;
  /** A folder for anything else. */
  readonly scratch: string;
}

/** The environment of a worker that works there, on the topic `topic`. */
export function workerEnvironment({ databaseUrl, brokers, groupId, archive }: RunPlace, topic = groupId): Environment {
  return {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers,
    KAFKA_GROUP_ID: groupId,
    KAFKA_TOPIC: topic,
    ARCHIVE_URL: `file:${archive}`,
    LOG_FORMAT: 'json',
  };
}

const PREFIX = 'bench_run_';

let runs = 0;

/** Clears away what a benchmark that was killed has left. */
export async function clearRunPlaces({ postgresUrl, brokers }: BenchStack): Promise<void> {
  await deleteTopicsLike(benchKafka(brokers), PREFIX);
  const left = 'SELECT datname FROM pg_database WHERE starts_with(datname, $1)';
  for (const { datname } of await rowsOf<{ datname: string }>(postgresUrl, left, [PREFIX]))
    await dropDatabase(postgresUrl, datname);
  await rm(place.runs, { recursive: true, force: true });
}

/** Runs `work` on the benchmark's servers, without what a benchmark that was killed has left, and stops them. */
export async function withBenchStack<T>(report: Report, work: (stack: BenchStack) => Promise<T>): Promise<T> {
  const stack = await startBenchStack(report);
  try {
    await clearRunPlaces(stack);
    return await work(stack);
  } finally {
    await stack.stop();
  }
}

/** Makes a place for `work`, and clears it away. */
export async function inRunPlace<T>(stack: BenchStack, work: (at: RunPlace) => Promise<T>): Promise<T> {
  const name = `${PREFIX}${process.pid}_${++runs}`;
  const folder = join(place.runs, name);
  const scratch = join(folder, 'scratch');
  await mkdir(scratch, { recursive: true });
  const databaseUrl = await freshDatabase(stack.postgresUrl, name);
  // What the last contestant left to write is not this one's.
  await rowsOf(stack.postgresUrl, 'CHECKPOINT');
  try {
    return await work({
      databaseUrl,
      brokers: stack.brokers,
      groupId: name,
      archive: join(folder, 'archive'),
      scratch,
    });
  } finally {
    await dropDatabase(stack.postgresUrl, name);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The flags that choose an hour in the commands of the batch layer. */
export function hourFlags(hourMs: number): readonly string[] {
  const time = new Date(hourMs);
  return [`--date=${time.toISOString().slice(0, 10)}`, `--hour=${time.getUTCHours()}`];
}
