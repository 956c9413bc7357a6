import { randomUUID } from 'node:crypto';
import { kafkaClient, KafkaQuotaEventSender, withoutRetryWarning } from '@antenna/event-source';
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

export interface QuotaEventSending {
  start(): void;
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
  const client = kafkaClient({ topic, ...kafka }, clientId, withoutRetryWarning(kafkaLogOf(log)));
  const sender = new KafkaQuotaEventSender(client, { topic, quotaEventsTopic });
  const metrics = registry === undefined ? undefined : new QuotaMetrics(registry);
  const publishing = new QuotaPublishing({ queue, sender, observer: metrics, log });
  let stopFollowing: (() => void) | undefined;
  return {
    start() {
      stopFollowing = metrics?.follow(queue, log);
      publishing.start();
    },
    async stop() {
      stopFollowing?.();
      await publishing.stop(LAST_SENDING_MS);
    },
  };
}
