import {
  connectToKafka,
  kafkaClient,
  kafkaCluster,
  type KafkaConnection,
  kafkaSettings,
  TopicOffsets,
  TopicReader,
} from '@antenna/event-source';
import { logSettings, ProductError } from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import {
  checkSchema,
  connectWithRetry,
  type DatabaseConnection,
  databaseSettings,
  PostgresDeadLetterStore,
} from '@antenna/usage-store';
import { kafkaLogOf } from '../logged-events.ts';

const APPLICATION = 'dead-letters';

/** How long the consumer groups for reading the topic again outlive a process that dies. */
const SESSION_TIMEOUT_MS = 10_000;

/** The settings that all commands for dead letters share. */
export const deadLetterSettings = { database: databaseSettings, kafka: kafkaSettings, log: logSettings };

export interface Connections {
  readonly database: DatabaseConnection;
  readonly kafka: KafkaConnection;
}

/** Runs `work` with the store of the topic's dead letters. @param clusterId needed for sending only. */
export async function withDeadLetters<T>(
  { database: connection, kafka: { topic } }: Connections,
  log: Logger,
  work: (store: PostgresDeadLetterStore) => Promise<T>,
  clusterId?: string,
): Promise<T> {
  const database = await connectWithRetry(connection, { applicationName: APPLICATION, log });
  try {
    await checkSchema(database);
    return await work(new PostgresDeadLetterStore(database, topic, clusterId));
  } finally {
    await database.destroy();
  }
}

/** A reader of the topic that connects at its first read. */
export function topicReader({ kafka }: Connections, log: Logger): TopicReader {
  const { topic, groupId, brokers } = kafka;
  const settings = { topic, groupId, brokers, sessionTimeoutMs: SESSION_TIMEOUT_MS };
  return new TopicReader(clientOf(kafka, log), settings, kafkaLogOf(log));
}

/** A client of the cluster, and the cluster's id. */
export async function openKafka({ kafka }: Connections, log: Logger) {
  const client = clientOf(kafka, log);
  const topic = new TopicOffsets(kafkaCluster(client), kafka.topic);
  await connectToKafka(topic, kafka.brokers, kafkaLogOf(log));
  try {
    return { client, clusterId: topic.clusterId() };
  } finally {
    await topic.disconnect();
  }
}

function clientOf(kafka: KafkaConnection, log: Logger) {
  return kafkaClient(kafka, APPLICATION, kafkaLogOf(log));
}

/** A selected record is not a dead letter, or the topic no longer holds it. */
export class NoDeadLetterError extends ProductError {
  readonly code = 'NO_DEAD_LETTER';
}
