import { userInfo } from 'node:os';
import { openEventArchive, type ParquetArchive } from '@antenna/event-archive';
import {
  connectToKafka,
  kafkaClient,
  kafkaCluster,
  type KafkaConnection,
  TopicOffsets,
  TopicReader,
} from '@antenna/event-source';
import { FenceLostError } from '@antenna/ingestion';
import { anyText, ProductError, setting } from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import { AbandonedFiles, checkSchema, connectWithRetry, type HeldPosition, LostRecords } from '@antenna/usage-store';
import type { WorkerSettings } from './worker-settings.ts';
import { kafkaLogOf } from './logged-events.ts';

/** In every attempt a worker moved or claimed a position before the command could change it. */
class PositionsMovedError extends ProductError {
  readonly code = 'POSITIONS_MOVED';
}

/** The stream as seen by a command that acknowledges lost records. */
export interface OperatedStream {
  readonly records: LostRecords;
  readonly topic: TopicOffsets;
  readonly abandoned: AbandonedFiles;
  /** Reads records of the topic again. */
  readonly reader: TopicReader;
  /** Undefined when the database has no position of the archive sink. */
  readonly archive: ParquetArchive | undefined;
  /** The positions of all sinks at the start of the attempt. */
  readonly positions: readonly HeldPosition[];
}

type OperatedSettings = Pick<WorkerSettings, 'database' | 'archive'> & { readonly kafka: KafkaConnection };

/** How long the consumer groups for reading the topic again outlive a process that dies. */
const SESSION_TIMEOUT_MS = 10_000;

/** How many attempts the command makes while workers claim or move the positions. */
const ATTEMPTS = 3;

/**
 * Runs `work` with the opened stream, and starts it again when a worker has moved or claimed a position meanwhile. The
 * setting SINKS plays no part: the sinks are those with positions in the database.
 * @throws {OtherStreamError} when topic, group, cluster or archive differ from those of the database; nothing is
 * changed.
 */
export async function withOperatedStream<Result>(
  settings: OperatedSettings,
  log: Logger,
  work: (stream: OperatedStream) => Promise<Result>,
): Promise<Result> {
  const database = await connectWithRetry(settings.database, { applicationName: 'speed-layer-operator', log });
  const client = clientOf(settings, log);
  const topic = new TopicOffsets(kafkaCluster(client), settings.kafka.topic);
  try {
    await checkSchema(database);
    const { topic: name, groupId, brokers } = settings.kafka;
    await connectToKafka(topic, brokers, kafkaLogOf(log));
    const stream = { topic: name, groupId, clusterId: topic.clusterId(), archiveUrl: settings.archive.url };
    const records = new LostRecords(database, stream);
    const abandoned = new AbandonedFiles(database, name);
    const reading = { topic: name, groupId, brokers, sessionTimeoutMs: SESSION_TIMEOUT_MS };
    const reader = new TopicReader(client, reading, kafkaLogOf(log));
    return await attempted(() => withPositions({ records, topic, abandoned, reader }, settings, work));
  } finally {
    await topic.disconnect();
    await database.destroy();
  }
}

async function withPositions<Result>(
  parts: Omit<OperatedStream, 'archive' | 'positions'>,
  settings: OperatedSettings,
  work: (stream: OperatedStream) => Promise<Result>,
): Promise<Result> {
  const positions = await parts.records.positions();
  const isArchived = positions.some(({ sink }) => sink === 'archive');
  const { location, emulatorUrl } = settings.archive;
  const archive = isArchived ? await openEventArchive(location, { emulatorUrl }) : undefined;
  try {
    return await work({ ...parts, archive, positions });
  } finally {
    await archive?.close();
  }
}

async function attempted<Result>(work: () => Promise<Result>, attempt = 1): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FenceLostError)) throw error;
    if (attempt === ATTEMPTS) {
      throw new PositionsMovedError(`${error.message}, ${ATTEMPTS} times in a row; stop the workers, and try again`, {
        cause: error,
      });
    }
    return attempted(work, attempt + 1);
  }
}

function clientOf({ kafka }: OperatedSettings, log: Logger) {
  return kafkaClient(kafka, 'speed-layer-operator', kafkaLogOf(log));
}

/**
 * The name that is recorded with an operator's command; by default the user of the operating system.
 * @param description where the name is recorded, for the help text.
 */
export const operatorName = (description: string) =>
  setting({ name: 'by', description, type: anyText('name'), default: userInfo().username });
