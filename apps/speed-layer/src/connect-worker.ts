import { hostname } from 'node:os';
import { ArchiveError, ArchiveReader, openEventArchive, type ParquetArchive } from '@antenna/event-archive';
import { connectToKafka, kafkaClient, KafkaEventSource } from '@antenna/event-source';
import { Ingestion, type IngestionObserver, type Retry } from '@antenna/ingestion';
import type { Logger } from '@antenna/telemetry';
import {
  AbandonedFiles,
  checkSchema,
  connectWithRetry,
  databaseIdentity,
  newestPaths,
  PostgresPositionStore,
  StreamProgress,
} from '@antenna/usage-store';
import type { Knex } from 'knex';
import { adoptAppeared } from './existing-files.ts';
import { retryWhilePassing } from './retry.ts';
import { IngestionWorker } from './ingestion-worker.ts';
import type { WorkerSettings } from './worker-settings.ts';

const APPLICATION = 'speed-layer';

/** A worker with its adapters, connected but not yet reading. */
export interface ConnectedWorker {
  readonly worker: IngestionWorker;
  readonly ingestion: Ingestion;
  readonly source: KafkaEventSource;
  readonly progress: StreamProgress;
  readonly database: Knex;
  readonly retry: Retry;
  close(): Promise<void>;
}

const UNTIL_IT_PASSES = new AbortController().signal;

interface WorkerObservers {
  readonly log: Logger;
  readonly observer: IngestionObserver;
}

/**
 * Builds the adapters and connects them. Services that do not answer are tried again for a bounded time.
 * @throws the error of the service that could not be used, which says what was tried and what to do.
 */
export async function connectWorker(settings: WorkerSettings, surroundings: WorkerObservers): Promise<ConnectedWorker> {
  const { log } = surroundings;
  const database = await connectWithRetry(settings.database, { applicationName: APPLICATION, log });
  try {
    await retryWhilePassing(log)('check the schema', () => checkSchema(database), UNTIL_IT_PASSES);
    return await buildWorker(database, settings, surroundings);
  } catch (error) {
    // Connections that nobody closes would keep the process for seconds after its error.
    await database.destroy();
    throw error;
  }
}

async function buildWorker(
  database: Knex,
  settings: WorkerSettings,
  { log, observer }: WorkerObservers,
): Promise<ConnectedWorker> {
  const { kafka, membership, ingestion: limits } = settings;
  const archive = limits.sinks.includes('archive') ? await openArchive(database, settings, log) : undefined;
  const kafkaLog = (message: string, details: object) => {
    log.warn(message, details);
  };
  const retry = retryWhilePassing(log);
  const databaseId = await retry('read which database this is', () => databaseIdentity(database), UNTIL_IT_PASSES);
  const source = new KafkaEventSource(
    kafkaClient(kafka, APPLICATION, kafkaLog),
    { topic: kafka.topic, groupId: kafka.groupId, databaseId, ...membership },
    kafkaLog,
  );
  const { clusterId } = await connectToKafka(source, kafka.brokers, kafkaLog);
  const owner = `${hostname()}/${process.pid}`;
  const store = new PostgresPositionStore(database, {
    topic: kafka.topic,
    groupId: kafka.groupId,
    clusterId,
    archiveUrl: archive === undefined ? undefined : settings.archive.url,
    allowedLatenessMs: limits.allowedLatenessMs,
    owner,
  });
  const clock = { nowMs: () => Date.now() };
  const ports = { source, store, archive, clock, retry, observer };
  const ingestion = new Ingestion(ports, { topic: kafka.topic, ...limits });
  const progress = new StreamProgress(database, kafka.topic);
  const abandoned = new AbandonedFiles(database, kafka.topic);
  const adopt = () => (archive === undefined ? Promise.resolve() : adoptAppeared(abandoned, archive));
  return {
    worker: new IngestionWorker({ ingestion, source, progress, owner, adopt, log }),
    ingestion,
    source,
    progress,
    database,
    retry,
    async close() {
      await archive?.close();
      await database.destroy();
    },
  };
}

/** How many files are looked for: one may have been removed by somebody. */
const FILES_LOOKED_FOR = 3;

/**
 * A folder is created where it is missing: not in the place of one that is not mounted, or was moved.
 * @throws {ArchiveError} ARCHIVE_MISSING when the files are gone that Postgres lists.
 */
async function openArchive(database: Knex, settings: WorkerSettings, log: Logger): Promise<ParquetArchive> {
  const { location, emulatorUrl } = settings.archive;
  const newest = () => newestPaths(database, settings.kafka.topic, FILES_LOOKED_FOR);
  const listed = await retryWhilePassing(log)('read the manifest', newest, UNTIL_IT_PASSES);
  const reader = await ArchiveReader.open(location, { emulatorUrl });
  await reader.checkHolds(listed).catch((error: unknown) => {
    // A bucket that is away for now is waited for by the files.
    if (!(error instanceof ArchiveError) || !error.retryable) throw error;
    log.warn('could not look whether the archive is there', { error: error.message });
  });
  return openEventArchive(location, { emulatorUrl });
}
