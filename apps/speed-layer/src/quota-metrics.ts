import type { QuotaEvent } from '@antenna/ingestion';
import type { Logger } from '@antenna/telemetry';
import type { UnsentQuotaEvents } from '@antenna/usage-store';
import { Counter, Gauge, type Registry } from 'prom-client';
import { followDatabase } from './stream-metrics.ts';
import type { QuotaPublishingObserver } from './quota-publishing.ts';

/** The metrics of the sending of quota events. */
export class QuotaMetrics implements QuotaPublishingObserver {
  readonly #unsent: Gauge;
  readonly #waiting: Gauge;
  readonly #sent: Counter<'state'>;
  readonly #failures: Counter<'code'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#unsent = new Gauge({
      name: 'speed_layer_quota_events_unsent',
      help: 'Quota events in the database that are not sent, counted up to 100,000; every worker shows the same',
      registers,
    });
    this.#waiting = new Gauge({
      name: 'speed_layer_quota_events_oldest_unsent_seconds',
      help: 'How long the oldest unsent quota event has waited; 0 when all are sent',
      registers,
    });
    this.#sent = new Counter({
      name: 'speed_layer_quota_events_sent_total',
      help: 'Quota events that this worker has sent, by state',
      labelNames: ['state'],
      registers,
    });
    this.#failures = new Counter({
      name: 'speed_layer_quota_events_failures_total',
      help: 'Failed attempts to send quota events, by error code',
      labelNames: ['code'],
      registers,
    });
  }

  sent(events: readonly QuotaEvent[]): void {
    for (const { state } of events) this.#sent.inc({ state });
  }

  failed(code: string): void {
    this.#failures.inc({ code });
  }

  show({ events, waitingMs }: UnsentQuotaEvents): void {
    this.#unsent.set(events);
    this.#waiting.set(Math.max(0, waitingMs) / 1000);
  }

  /** Shows the unsent events as the database has them, again and again. @returns a function that ends this. */
  follow(queue: { unsent(): Promise<UnsentQuotaEvents> }, log: Logger): () => void {
    const look = async () => {
      this.show(await queue.unsent());
    };
    return followDatabase(look, (error) => {
      log.debug('could not count the unsent quota events', { error });
    });
  }
}
