import { setTimeout as delay } from 'node:timers/promises';
import { ProductError } from '@antenna/cli';
import { publishQuotaEvents, type QuotaEvent, type QuotaEventQueue, type QuotaEventSender } from '@antenna/ingestion';
import type { Logger } from '@antenna/telemetry';
import { within } from './ending.ts';

/** Events sent at once: a message has about 700 bytes, and a broker takes 1 MiB. */
const MOST_AT_ONCE = 500;

/** How long the publisher waits between two queries for new events. */
const LOOK_MS = 200;

/** How long any other worker waits between two attempts to become the publisher. */
const STAND_BY_MS = 2_000;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Receives the sent events and the failures, for the metrics. */
export interface QuotaPublishingObserver {
  sent(events: readonly QuotaEvent[]): void;
  failed(code: string): void;
}

export interface QuotaPublishingParts {
  readonly queue: QuotaEventQueue;
  readonly sender: QuotaEventSender & { disconnect(): Promise<void> };
  readonly observer?: QuotaPublishingObserver | undefined;
  readonly log: Logger;
}

/**
 * Sends quota events in the background until it is stopped; the ingestion never waits for the sending. A failed attempt
 * is logged and counted. Attempts are repeated without limit, with growing waits after failures.
 */
export class QuotaPublishing {
  readonly #parts: QuotaPublishingParts;
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(parts: QuotaPublishingParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Sends the stored events for at most `deadlineMs`, and lets another worker become the publisher. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping.abort();
    await within(this.#finish(), deadlineMs);
    await this.#parts.sender.disconnect();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = await this.#round();
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #finish(): Promise<void> {
    await this.#loop;
    while ((await this.#round()) === 0);
    await this.#parts.queue.leave().catch((error: unknown) => {
      this.#parts.log.debug('could not hand over the sending of quota events', { error });
    });
  }

  /** Sends the oldest events. @returns the milliseconds until the next round: 0 when there may be more events. */
  async #round(): Promise<number> {
    try {
      const sent = await publishQuotaEvents(this.#parts, MOST_AT_ONCE);
      this.#succeeded(sent ?? []);
      if (sent === undefined) return STAND_BY_MS;
      return sent.length === MOST_AT_ONCE ? 0 : LOOK_MS;
    } catch (error) {
      return this.#failed(error);
    }
  }

  #succeeded(sent: readonly QuotaEvent[]): void {
    const { log, observer } = this.#parts;
    if (this.#failures > 0) log.info('quota events are sent again', { failures: this.#failures });
    this.#failures = 0;
    if (sent.length > 0) observer?.sent(sent);
  }

  #failed(error: unknown): number {
    this.#failures += 1;
    const code = error instanceof ProductError ? error.code : 'OTHER';
    this.#parts.observer?.failed(code);
    this.#parts.log.warn('could not send quota events; they stay stored, and are sent later', {
      attempt: this.#failures,
      code,
      error: error instanceof Error ? error.message : String(error),
    });
    return Math.min(FIRST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
  }
}
