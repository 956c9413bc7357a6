import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka, Producer } from 'kafkajs';
import type { Knex } from 'knex';
import * as z from 'zod';
import type { UsageEvent } from '@antenna/event-schema';
import type { TotalsTable } from '../contestants/contestant.ts';
import { BYTES_OF_EVENT } from '../kafka/kafka-programs.ts';
import { deviceId } from '../workload/workload.ts';

const EVERY_MS = 100;

/** Begins the ids of probes. */
const PROBE_PREFIX = 'probe-';

/** Events of distinct users, so that each event has a row of its own, with its own commit time. */
export interface Probes {
  /** When each was about to be sent, by id; milliseconds since 1970. */
  readonly sentMs: ReadonlyMap<string, number>;
  /** Sends no more; waits for those on their way. */
  stop(): Promise<void>;
}

/** Sends one to each partition ten times a second until it is stopped. */
export async function sendProbes(kafka: Kafka, topic: string, partitions: number): Promise<Probes> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const sentMs = new Map<string, number>();
  const stopped = new AbortController();
  const sending = sendUntil(stopped.signal, () => sendOne(producer, { topic, partitions, sentMs }));
  sending.catch(() => undefined);
  return {
    sentMs,
    async stop() {
      if (stopped.signal.aborted) return;
      stopped.abort();
      await sending.finally(() => producer.disconnect());
    },
  };
}

async function sendUntil(stopped: AbortSignal, send: () => Promise<void>): Promise<void> {
  let dueMs = performance.now();
  while (!stopped.aborted) {
    await send();
    dueMs = Math.max(dueMs + EVERY_MS, performance.now());
    await delay(dueMs - performance.now());
  }
}

interface Target {
  readonly topic: string;
  readonly partitions: number;
  readonly sentMs: Map<string, number>;
}

async function sendOne(producer: Producer, { topic, partitions, sentMs }: Target): Promise<void> {
  const nowMs = performance.timeOrigin + performance.now();
  const messages = Array.from({ length: partitions }, (_, partition) => {
    const id = `${PROBE_PREFIX}${sentMs.size}`;
    sentMs.set(id, nowMs);
    return { key: id, value: probeText(id, nowMs), partition };
  });
  await producer.send({ topic, messages });
}

/** The event of the probe that is sent at `nowMs`. */
export function probeEvent(id: string, nowMs: number): UsageEvent {
  const eventTimeMs = Math.floor(nowMs / 1000) * 1000;
  return { eventTimeMs, id, antennaId: deviceId('antenna 0'), bytes: BYTES_OF_EVENT, app: 'SKYPE' };
}

function probeText(id: string, nowMs: number): string {
  const { eventTimeMs, antennaId, bytes, app } = probeEvent(id, nowMs);
  return JSON.stringify({ timestamp: eventTimeMs / 1000, id, antenna_id: antennaId, bytes, app });
}

const selectCommitTimes = (table: TotalsTable): string => `
  SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS "committedMs"
  FROM ${table}
  WHERE type = 'user_total_bytes' AND id LIKE '${PROBE_PREFIX}%'`;

const selectBytes = (table: TotalsTable): string => `
  SELECT coalesce(sum(value), 0)::text AS bytes
  FROM ${table}
  WHERE type = 'app_total_bytes'`;

const timeRow = z.object({ id: z.string(), committedMs: z.number() });
const bytesRow = z.object({ bytes: z.string().transform(Number) });

/** Commit time of each probe's row, which is written once only. Milliseconds since 1970, by id. */
export async function probeTimes(database: Knex, table: TotalsTable): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.raw<{ rows: unknown }>(selectCommitTimes(table));
  return new Map(
    z
      .array(timeRow)
      .parse(rows)
      .map(({ id, committedMs }) => [id, committedMs]),
  );
}

/** Bytes of all events that are in the totals. */
export async function countedBytes(database: Knex, table: TotalsTable): Promise<number> {
  const { rows } = await database.raw<{ rows: unknown }>(selectBytes(table));
  return z.tuple([bytesRow]).parse(rows)[0].bytes;
}
