import { deadLettersByReason, type IngestionEvent, type IngestionObserver } from '@antenna/ingestion';
import type { Logger } from '@antenna/telemetry';
import { reasonsText, refusedAdvice } from './refused-text.ts';

/** So many records in a row are no chance any more. */
const FIRST_TELLING = 20;

/** It is told again each time that so many times as many have been refused. */
const GROWTH = 10;

/**
 * Tells the log when one record after the other is refused and none is an event: a topic of something else, or a producer
 * that writes wrong timestamps, would else be seen in a metric alone.
 */
export class RefusedStream implements IngestionObserver {
  readonly #log: Logger;
  /** Since the last event, or since the start. */
  readonly #refused = new Map<string, number>();
  #tellAt = FIRST_TELLING;

  constructor(log: Logger) {
    this.#log = log;
  }

  observe(event: IngestionEvent): void {
    if (event.kind !== 'committed') return;
    if (event.events > 0) {
      this.#refused.clear();
      this.#tellAt = FIRST_TELLING;
      return;
    }
    for (const [reason, records] of deadLettersByReason(event.commit)) {
      this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + records);
    }
    const records = [...this.#refused.values()].reduce((sum, each) => sum + each, 0);
    if (records < this.#tellAt) return;
    this.#tellAt = records * GROWTH;
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
