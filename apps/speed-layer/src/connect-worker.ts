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
  openDatabase,
  PostgresPositionStore,
  StreamProgress,
} from '@antenna/usage-store';
import type { Knex } from 'knex';
import type { Registry } from 'prom-client';
import { within } from './ending.ts';
import { adoptAppeared } from './existing-files.ts';
import { kafkaLogOf } from './logged-events.ts';
import { retryWhilePassing, UNTIL_IT_PASSES } from './retry.ts';
import { IngestionWorker } from './ingestion-worker.ts';
import { type QuotaEventSending, quotaEventSending } from './quota-event-sending.ts';
import type { WorkerSettings } from './worker-settings.ts';

const APPLICATION = 'speed-layer';

/** How long Postgres may take for a large commit. One of five million rows took 68 to 79 s on a slow machine. */
const LARGE_COMMIT_TIMEOUT_MS = 5 * 60_000;

/** How long a worker that ends waits for calls that Postgres works on. The server cancels a call soon after its client has gone. */
const CLOSE_DEADLINE_MS = 5_000;

/** A worker with its adapters, connected but not yet reading. */
export interface ConnectedWorker {
  readonly worker: IngestionWorker;
  readonly ingestion: Ingestion;
  readonly source: KafkaEventSource;
  readonly progress: StreamProgress;
  /** Undefined when no topic for quota events is set. */
  readonly quotaEvents: QuotaEventSending | undefined;
  readonly database: Knex;
  readonly retry: Retry;
  /**
   * Closes archive and database. Waits for calls that Postgres works on, for at most `CLOSE_DEADLINE_MS`: their connections end
   * with the process.
   */
  close(): Promise<void>;
}

interface WorkerSurroundings {
  readonly log: Logger;
  readonly observer: IngestionObserver;
  /** Where the metrics of the quota events are registered; undefined for a command without metrics. */
  readonly registry?: Registry;
  /** Whether the worker ends when it has read what the topic holds. */
  readonly isDrain?: boolean;
}

/**
 * Builds the adapters and connects them. Retries services that do not answer for a bounded time.
 * @throws the error of the service that cannot be used, with what was tried and what to do.
 */
export async function connectWorker(
  settings: WorkerSettings,
  surroundings: WorkerSurroundings,
): Promise<ConnectedWorker> {
  const { log } = surroundings;
  const database = await connectWithRetry(settings.database, { applicationName: APPLICATION, log });
  try {
    await retryWhilePassing(log)('check the schema', () => checkSchema(database), UNTIL_IT_PASSES);
    return await buildWorker(database, settings, surroundings);
  } catch (error) {
    // Open connections would keep the process alive for seconds after its error.
    await database.destroy();
    throw error;
  }
}

async function buildWorker(
  database: Knex,
  settings: WorkerSettings,
  { log, observer, registry, isDrain = false }: WorkerSurroundings,
): Promise<ConnectedWorker> {
  const { kafka, membership, ingestion: limits } = settings;
  const archive = limits.sinks.includes('archive') ? await openArchive(database, settings, log) : undefined;
  const kafkaLog = kafkaLogOf(log);
  const retry = retryWhilePassing(log);
  const databaseId = await retry('read which database this is', () => databaseIdentity(database), UNTIL_IT_PASSES);
  const source = new KafkaEventSource(
    kafkaClient(kafka, APPLICATION, kafkaLog),
    { topic: kafka.topic, groupId: kafka.groupId, databaseId, ...membership },
    kafkaLog,
  );
  const { clusterId } = await connectToKafka(source, kafka.brokers, kafkaLog);
  const owner = `${hostname()}/${process.pid}`;
  const patientDatabase = openDatabase(settings.database, {
    applicationName: APPLICATION,
    poolMax: 1,
    queryTimeoutMs: LARGE_COMMIT_TIMEOUT_MS,
    // The call of an assignment that was given up may still have the connection.
    acquireTimeoutMs: LARGE_COMMIT_TIMEOUT_MS,
    log,
  });
  const stream = {
    topic: kafka.topic,
    groupId: kafka.groupId,
    clusterId,
    archiveUrl: archive === undefined ? undefined : settings.archive.url,
    allowedLatenessMs: limits.allowedLatenessMs,
    owner,
  };
  const store = new PostgresPositionStore(database, stream, { patientDatabase });
  const clock = { nowMs: () => Date.now() };
  const ports = { source, store, archive, clock, retry, observer };
  const ingestion = new Ingestion(ports, { topic: kafka.topic, ...limits, isDrain });
  const progress = new StreamProgress(database, kafka.topic);
  const abandoned = new AbandonedFiles(database, kafka.topic);
  const adopt = () => (archive === undefined ? Promise.resolve() : adoptAppeared(abandoned, archive));
  return {
    worker: new IngestionWorker({ ingestion, source, progress, owner, adopt, log }),
    ingestion,
    source,
    progress,
    quotaEvents: quotaEventSending(kafka, { database, owner, clientId: APPLICATION, log, registry }),
    database,
    retry,
    async close() {
      await archive?.close();
      const areClosed = Promise.all([database.destroy(), patientDatabase.destroy()]);
      if (!(await within(areClosed, CLOSE_DEADLINE_MS)))
        log.warn('ended while Postgres still worked on a call: records that it does not save are read again', {
          waitedMs: CLOSE_DEADLINE_MS,
        });
    },
  };
}

/** How many listed files are checked: more than one, since one may have been removed by hand. */
const FILES_LOOKED_FOR = 3;

/**
 * Opens the archive, and creates its folder if it is missing. First checks that the newest listed files exist: a
 * missing folder may also be one that is not mounted or was moved.
 * @throws {ArchiveError} ARCHIVE_MISSING when the files that Postgres lists do not exist.
 */
async function openArchive(database: Knex, settings: WorkerSettings, log: Logger): Promise<ParquetArchive> {
  const { location, emulatorUrl } = settings.archive;
  const newest = () => newestPaths(database, settings.kafka.topic, FILES_LOOKED_FOR);
  const listed = await retryWhilePassing(log)('read the manifest', newest, UNTIL_IT_PASSES);
  const reader = await ArchiveReader.open(location, { emulatorUrl });
  await reader.checkHolds(listed).catch((error: unknown) => {
    // The worker starts although a bucket is temporarily unavailable: writing a file retries until the bucket answers.
    if (!(error instanceof ArchiveError) || !error.retryable) throw error;
    log.warn('could not check whether the archive exists', { error: error.message });
  });
  return openEventArchive(location, { emulatorUrl });
}
