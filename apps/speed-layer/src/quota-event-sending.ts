import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { kafkaClient, KafkaQuotaEventSender } from '@antenna/event-source';
import type { Logger } from '@antenna/telemetry';
import { PostgresQuotaEventQueue } from '@antenna/usage-store';
import type { Knex } from 'knex';
import type { Registry } from 'prom-client';
import { kafkaLogOf } from './kafka-log.ts';
import { QuotaMetrics } from './quota-metrics.ts';
import { QuotaPublishing } from './quota-publishing.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** How long a worker that stops sends what is stored: within the grace period, after its records are saved. */
const LAST_SENDING_MS = 5_000;

/** How long `drain` waits until all events are sent: longer than the lease of a publisher that died. */
const ALL_SENT_MS = 20_000;
const LOOK_MS = 250;

export interface QuotaEventSending {
  start(): void;
  /** Waits, for a bounded time, until this worker or another one has sent all stored events. Warns of a failure. */
  allSent(): Promise<void>;
  /** Sends what is stored, for a bounded time, and lets another worker take over. */
  stop(): Promise<void>;
}

interface SendingParts {
  readonly database: Knex;
  /** The name of the worker. */
  readonly owner: string;
  readonly clientId: string;
  readonly log: Logger;
  /** Where its metrics are registered; undefined for a command without metrics. */
  readonly registry: Registry | undefined;
}

/** @returns undefined when no topic for quota events is set. Connects to Kafka only when there is an event to send. */
export function quotaEventSending(
  { topic, quotaEventsTopic, ...kafka }: WorkerSettings['kafka'],
  { database, owner, clientId, log, registry }: SendingParts,
): QuotaEventSending | undefined {
  if (quotaEventsTopic === undefined) return undefined;
  const queue = new PostgresQuotaEventQueue(database, `${owner}/${randomUUID()}`);
  const client = kafkaClient({ topic, ...kafka }, clientId, kafkaLogOf(log));
  const sender = new KafkaQuotaEventSender(client, { topic, quotaEventsTopic });
  const metrics = registry === undefined ? undefined : new QuotaMetrics(registry);
  const publishing = new QuotaPublishing({ queue, sender, observer: metrics, log });
  let stopFollowing: (() => void) | undefined;
  return {
    start() {
      stopFollowing = metrics?.follow(queue, log);
      publishing.start();
    },
    async allSent() {
      const left = await unsentAfter(queue, ALL_SENT_MS).catch((error: unknown) => String(error));
      if (left !== 0) log.warn('not all quota events are sent; the next worker sends them', { left });
    },
    async stop() {
      stopFollowing?.();
      await publishing.stop(LAST_SENDING_MS);
    },
  };
}

/** @returns how many events are left when the time is over; 0 as soon as none is. */
async function unsentAfter(queue: PostgresQuotaEventQueue, timeMs: number): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const { events } = await queue.unsent();
    if (events === 0 || waitedMs >= timeMs) return events;
    await delay(LOOK_MS);
  }
}
