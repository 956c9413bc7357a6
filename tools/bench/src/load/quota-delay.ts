import { ensureTopic } from '@antenna/simulator';
import { appCommand, originOf, startProgram, until } from '@antenna/test-kit';
import type { Kafka } from 'kafkajs';
import { sendBlocks } from '../kafka/kafka-programs.ts';
import { benchKafka } from '../kafka/kafka-topics.ts';
import { withDatabase } from '../stack/database.ts';
import { type RunPlace, workerEnvironment } from '../stack/run-place.ts';
import { type Probes, sendProbes } from '../suites/probes.ts';
import { type BlockShape, EventBlock, LoadFailedError } from './event-block.ts';

export interface QuotaDelay {
  readonly shape: BlockShape;
  readonly partitions: number;
  /** Events a second. */
  readonly rate: number;
  readonly durationMs: number;
}

/** From just before an event that passes a quota is sent until a consumer has its quota event, in milliseconds. */
export type QuotaDelays = readonly number[];

/** Events of the first seconds after the start of the worker are not measured. */
const WARM_UP_MS = 10_000;
const LAST_MS = 60_000;

/**
 * Lets one worker serve a steady stream, and measures how soon a consumer of the quota events learns of events that
 * pass a quota: ten a second and partition, each of a user of its own.
 * @throws {LoadFailedError} when the worker fails.
 */
export async function quotaDelay(at: RunPlace, options: QuotaDelay): Promise<QuotaDelays> {
  const { shape, partitions, rate, durationMs } = options;
  const { brokers, groupId: topic } = at;
  const [kafka, quotaTopic] = [benchKafka(brokers), `${topic}_quota`];
  const block = new EventBlock(shape, partitions);
  for (const name of [topic, quotaTopic]) await ensureTopic(kafka, name, partitions);
  await addUsers(at.databaseUrl, shape.users);
  const settings = { ...workerEnvironment(at), QUOTA_EVENTS_TOPIC: quotaTopic, HTTP_PORT: '0' };
  const received = await receive(kafka, quotaTopic);
  const worker = startProgram(appCommand('speed-layer', ['serve'], settings));
  try {
    await originOf(worker);
    const startedMs = Date.now();
    const untilMs = startedMs + WARM_UP_MS + durationMs;
    const probes = await sendProbes(kafka, topic, partitions);
    await sendBlocks({ brokers, topic, lines: block.lines, eventsPerBlock: shape.events, rate, untilMs });
    await probes.stop();
    await until(() => received.atMs.size >= probes.sentMs.size, {
      what: 'quota event of each probe',
      deadlineMs: LAST_MS,
    });
    worker.kill('SIGTERM');
    const { exitCode, all } = await worker;
    if (exitCode !== 0) throw new LoadFailedError(`the worker ended with ${String(exitCode)}:\n${all}`);
    return delaysOf(probes, received, startedMs + WARM_UP_MS);
  } finally {
    worker.kill('SIGKILL');
    await received.close();
  }
}

/** Adds the users of the stream, with a quota that none exceeds, and those of the probes, whose quota is 0. */
async function addUsers(databaseUrl: string, users: number): Promise<void> {
  await withDatabase(databaseUrl, async (database) => {
    await database.raw(ADD_USERS, { users });
  });
}

const ADD_USERS = `
  INSERT INTO public.user_metadata (id, name, email, quota)
  SELECT 'ffffffff-0000-0000-0000-' || lpad(n::text, 12, '0'), 'user', 'user@example.org', 1000000000000
  FROM generate_series(0, :users - 1) AS n
  UNION ALL
  SELECT 'probe-' || n, 'probe', 'probe@example.org', 0 FROM generate_series(0, 99999) AS n`;

/** When the `exceeded` of each user was received, by user. */
interface Received {
  readonly atMs: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

async function receive(kafka: Kafka, topic: string): Promise<Received> {
  const atMs = new Map<string, number>();
  const consumer = kafka.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message: { key, value } }) => {
      if (String(value).includes('quota.exceeded"')) atMs.set(String(key), performance.timeOrigin + performance.now());
      return Promise.resolve();
    },
  });
  return { atMs, close: () => consumer.disconnect() };
}

function delaysOf({ sentMs }: Probes, { atMs }: Received, fromMs: number): QuotaDelays {
  return [...sentMs].flatMap(([id, sent]) => (sent < fromMs ? [] : (atMs.get(id) ?? Infinity) - sent));
}
