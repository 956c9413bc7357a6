import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { streamDifferences } from '@antenna/oracle';
import { simulate, type SimulatedRecord } from '@antenna/simulator';
import {
  asKafkaAdministrator,
  createTopic,
  type Environment,
  produce,
  rowsOf,
  temporaryFolder,
  testDatabase,
  testKafka,
  testTopic,
} from '@antenna/test-kit';
import type { Message, Transaction } from 'kafkajs';

/** A stream of its own for one test: database, topic, archive and group. */
export interface Stream {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly archiveFolder: string;
  readonly environment: Environment;
  close(): Promise<void>;
}

interface StreamOptions {
  readonly partitions: number;
  /** Settings of the topic, by Kafka's names. */
  readonly topicSettings?: Readonly<Record<string, string>>;
  /** Goes before the settings that every test's workers have. */
  readonly environment?: Environment;
}

/** Small commits and chunks, so that a few thousand events make many of each. */
const SMALL_STEPS = {
  KAFKA_SESSION_TIMEOUT_MS: '1000',
  FLUSH_INTERVAL_MS: '50',
  FLUSH_MAX_EVENTS: '400',
  ARCHIVE_ROLL_ROWS: '1000',
  ARCHIVE_ROLL_INTERVAL_MS: '500',
  HTTP_PORT: '0',
  LOG_LEVEL: 'info',
  LOG_FORMAT: 'json',
};

export async function newStream({ partitions, topicSettings = {}, environment = {} }: StreamOptions): Promise<Stream> {
  const [database, topic, folder] = await Promise.all([
    testDatabase(),
    testTopic({ partitions, settings: topicSettings }),
    temporaryFolder(),
  ]);
  const archiveFolder = join(folder.path, 'archive');
  return {
    databaseUrl: database.url,
    brokers: topic.brokers,
    topic: topic.topic,
    archiveFolder,
    environment: {
      ...SMALL_STEPS,
      DATABASE_URL: database.url,
      KAFKA_BROKERS: topic.brokers.join(','),
      KAFKA_TOPIC: topic.topic,
      KAFKA_GROUP_ID: topic.topic,
      ARCHIVE_URL: `file:${archiveFolder}`,
      ...environment,
    },
    async close() {
      await Promise.all([database.close(), topic.close(), folder.close()]);
    },
  };
}

/** Five hours of events of a few users, some late, some no events at all; the same for the same seed. */
export function someRecords(seed: number, events: number): readonly SimulatedRecord[] {
  const fromMs = Date.UTC(2022, 9, 29, 13);
  return [
    ...simulate({
      seed,
      fromMs,
      toMs: fromMs + 5 * 3_600_000,
      events,
      users: 20,
      unknownUsers: 2,
      antennas: 5,
      apps: ['SKYPE', 'FACETIME', 'TELEGRAM', 'FACEBOOK'],
      maxBytes: 10_000,
      outOfOrderMs: 30_000,
      lateShare: 0.05,
      lateByMs: 2 * 3_600_000,
      malformedShare: 0.02,
    }),
  ];
}

/** @param timestampMs of each record; the time of sending unless given. */
export async function send(
  { topic, brokers }: Stream,
  records: readonly SimulatedRecord[],
  timestampMs?: number,
): Promise<void> {
  const timestamp = timestampMs === undefined ? {} : { timestamp: String(timestampMs) };
  for (let from = 0; from < records.length; from += 1_000) {
    const batch = records.slice(from, from + 1_000).map(({ key, value }) => ({ key, value, ...timestamp }));
    await produce({ topic, brokers }, batch);
  }
}

/** Sends records to one partition, whichever their keys are. */
export async function sendTo(stream: Stream, partition: number, records: readonly SimulatedRecord[]): Promise<void> {
  const messages = records.map(({ key, value }) => ({ key, value, partition }));
  await produce(stream, messages);
}

/** An event as a device reports it. */
export const EVENT = { timestamp: '2022-10-29T13:15:00Z', id: 'ana', antenna_id: 'north', bytes: 5, app: 'SKYPE' };

/** The sum of all bytes in the totals. */
export async function countedBytes(databaseUrl: string): Promise<number> {
  const statement = `SELECT coalesce(sum(value), 0) AS sum FROM public.bytes WHERE type = 'user_total_bytes'`;
  const [row] = await rowsOf<{ sum: string }>(databaseUrl, statement);
  return Number(row?.sum);
}

/** What differs in totals or archive: without the offsets and dead letters of records that the log no longer has. */
export async function keptDifferences(
  stream: Stream,
  sent: { readonly totals?: readonly SimulatedRecord[]; readonly archive: readonly SimulatedRecord[] },
): Promise<readonly string[]> {
  const { archive, totals } = sent;
  const inArchive = (await streamDifferences(stream, archive)).filter((text) =>
    /^(manifest|archive|left over)/.test(text),
  );
  if (totals === undefined) return inArchive;
  return [...(await streamDifferences(stream, totals)).filter((text) => text.startsWith('totals')), ...inArchive];
}

/** More than a worker leaves the files of others alone when it starts. */
const AGE_MS = 25 * 3_600_000;

/**
 * Makes the files that killed workers were preparing look like yesterday's: the next start has to remove them.
 * @returns how many there are.
 */
export async function ageStagingFiles(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const then = new Date(Date.now() - AGE_MS);
  await Promise.all(names.map((name) => utimes(join(folder, name), then, then)));
  return names.length;
}

/** Deletes the records of a partition below an offset, as retention does. */
export async function deleteRecordsBefore(
  { brokers, topic }: Stream,
  partition: number,
  offset: number,
): Promise<void> {
  await asKafkaAdministrator(brokers, async (admin) => {
    // The client deletes only from topics that it has looked at.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  });
}

export async function addPartitions({ brokers, topic }: Stream, count: number): Promise<void> {
  await asKafkaAdministrator(brokers, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] }));
}

/** Deletes the topic and creates one of the same name. */
export async function recreate({ brokers, topic }: Stream, partitions: number): Promise<void> {
  await asKafkaAdministrator(brokers, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    await createTopic(admin, { topic, numPartitions: partitions });
  });
}

/** Longer than any test: Kafka aborts a transaction that has been open for so long. */
const TRANSACTION_TIMEOUT_MS = 600_000;

/** A transaction whose records are neither committed nor aborted. */
export interface OpenTransaction {
  readonly transaction: Transaction;
  /** Disconnects its producer. */
  close(): Promise<void>;
}

/** Sends messages in a transaction that stays open. */
export async function openTransaction({ topic, brokers }: Stream, messages: Message[]): Promise<OpenTransaction> {
  const producer = testKafka(brokers).producer({
    transactionalId: topic,
    maxInFlightRequests: 1,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages });
  return { transaction, close: () => producer.disconnect() };
}
