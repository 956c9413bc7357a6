import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { kafkaClient, KafkaQuotaEventSender } from '@antenna/event-source';
import type { Logger } from '@antenna/telemetry';
import { PostgresQuotaEventQueue } from '@antenna/usage-store';
import type { Knex } from 'knex';
import type { Registry } from 'prom-client';
import { kafkaLogOf } from './logged-events.ts';
import { QuotaMetrics } from './quota-metrics.ts';
import { QuotaPublishing } from './quota-publishing.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** How long a stopping worker sends stored quota events, after it has saved its records. */
const LAST_SENDING_MS = 5_000;

/** How long `drain` waits for unsent quota events: long enough for another worker to take over from a dead publisher. */
const ALL_SENT_MS = 20_000;
const LOOK_MS = 250;

export interface QuotaEventSending {
  start(): void;
  /** Waits until the workers have sent all stored events, for a bounded time; then it logs a warning. */
  allSent(): Promise<void>;
  /** Sends the stored events for a bounded time, and lets another worker become the publisher. */
  stop(): Promise<void>;
}

interface SendingParts {
  readonly database: Knex;
  /** The name of the worker. */
  readonly owner: string;
  readonly clientId: string;
  readonly log: Logger;
  /** Where the metrics of the quota events are registered; undefined for a command without metrics. */
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

/** @returns 0 as soon as all events are sent; the number of unsent events when the time is over. */
async function unsentAfter(queue: PostgresQuotaEventQueue, timeMs: number): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const { events } = await queue.unsent();
    if (events === 0 || waitedMs >= timeMs) return events;
    await delay(LOOK_MS);
  }
}
