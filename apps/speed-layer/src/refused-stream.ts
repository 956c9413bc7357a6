import { deadLettersByReason, type IngestionEvent, type IngestionObserver } from '@antenna/ingestion';
import type { Logger } from '@antenna/telemetry';
import { reasonsText, refusedAdvice } from './refused-text.ts';

/** This many dead letters in a row are no coincidence. */
const FIRST_LOG_AT = 20;

/** The error is logged again each time that the number has grown by this factor. */
const GROWTH = 10;

/**
 * Logs an error when many records in a row are all dead letters. Otherwise a wrong topic, or a producer with wrong
 * timestamps, would show in a metric only.
 */
export class RefusedStream implements IngestionObserver {
  readonly #log: Logger;
  /** Dead letters by reason, since the last event or the start. */
  readonly #refused = new Map<string, number>();
  #logAt = FIRST_LOG_AT;

  constructor(log: Logger) {
    this.#log = log;
  }

  observe(event: IngestionEvent): void {
    if (event.kind !== 'committed') return;
    if (event.events > 0) {
      this.#refused.clear();
      this.#logAt = FIRST_LOG_AT;
      return;
    }
    for (const [reason, records] of deadLettersByReason(event.commit)) {
      this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + records);
    }
    const records = [...this.#refused.values()].reduce((sum, each) => sum + each, 0);
    if (records < this.#logAt) return;
    this.#logAt = records * GROWTH;
    const reasons = reasonsText(this.#refused);
    this.#log.error(
      `every record is refused, none of the last ${records} is an event: ${refusedAdvice(this.#refused)}`,
      {
        records,
        reasons,
      },
    );
  }
}
