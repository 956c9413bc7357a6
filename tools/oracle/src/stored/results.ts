import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { type Check } from '../check.ts';
import { type ArchiveResults, type DatabaseResults, prove, type StoredResults } from '../proof.ts';
import type { Truth } from '../truth.ts';
import { withArchive } from './archive.ts';
import { copyBucket } from './bucket.ts';
import { withTables } from './tables.ts';

/** Where the results of a stream are. */
export interface ResultsPlace {
  readonly databaseUrl: string;
  /** Comma-separated. */
  readonly brokers: string;
  readonly topic: string;
  /** The archive, on this machine. */
  readonly archiveFolder: string;
}

/** Reads everything that `prove` compares. */
export async function readResults({
  databaseUrl,
  brokers,
  topic,
  archiveFolder,
}: ResultsPlace): Promise<StoredResults> {
  const [database, archive, topicEnds] = await Promise.all([
    readDatabase(databaseUrl, topic),
    readArchive(archiveFolder),
    readTopicEnds(brokers, topic),
  ]);
  return { database, archive, topicEnds };
}

function readDatabase(databaseUrl: string, topic: string): Promise<DatabaseResults> {
  return withTables(
    databaseUrl,
    async (tables) => ({
      users: await tables.users(),
      windows: await tables.totals('bytes'),
      hours: await tables.totals('bytes_hourly'),
      days: await tables.days(),
      overQuota: await tables.overQuota(),
      deadLetters: await tables.deadLetters(),
      deadLetterRanges: await tables.deadLetterRanges(),
      manifest: await tables.manifest(),
      openIntents: await tables.openIntents(),
      reconciliation: await tables.reconciliation(),
      certificates: await tables.certificates(),
      corrections: await tables.corrections(),
    }),
    topic,
  );
}

function readArchive(folder: string): Promise<ArchiveResults> {
  return withArchive(folder, async (archive) => ({
    files: await archive.files(),
    records: await archive.events(),
    hours: await archive.hours(),
  }));
}

/** @returns how many records each partition of a topic was sent. */
async function readTopicEnds(brokers: string, topic: string): Promise<ReadonlyMap<number, number>> {
  const kafka = new kafkajs.Kafka({
    clientId: 'oracle',
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  } finally {
    await admin.disconnect();
  }
}

/** Where the services of a deployment answer on this machine. */
export interface ServiceAddresses {
  readonly databaseUrl: string;
  readonly brokers: string;
  /** The server that stands in for Google Cloud Storage. */
  readonly gcs: string;
}

/** Names that docker/compose.yaml and the local overlay of Kubernetes use. */
const TOPIC = 'devices';
const BUCKET = 'antenna-archive';

/**
 * Compares all that the workers of a deployment have left with the truth: totals, dead letters, archive, manifest, hours.
 * @param folder for a copy of the archive.
 */
export async function proveServices(
  truth: Truth,
  { databaseUrl, brokers, gcs }: ServiceAddresses,
  folder: string,
): Promise<Check[]> {
  const archiveFolder = join(folder, 'archive');
  await rm(archiveFolder, { recursive: true, force: true });
  await copyBucket(gcs, BUCKET, archiveFolder);
  return prove(truth, await readResults({ databaseUrl, brokers, topic: TOPIC, archiveFolder }));
}
