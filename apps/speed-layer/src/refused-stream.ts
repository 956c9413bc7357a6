import { deadLettersByReason, type IngestionEvent, type IngestionObserver } from '@antenna/ingestion';
import type { Logger } from '@antenna/telemetry';

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

/**
 * Advice by the reason for which all records are refused. For any other reason a stored dead letter shows the problem.
 */
const ADVICE: Readonly<Record<string, string>> = {
  wrong_clock:
    'the events lie ahead of the timestamps of their records: timestamps in seconds instead of milliseconds would be of ' +
    '1970; correct the producer, or set message.timestamp.type=LogAppendTime on the topic',
  not_json: 'the records are not JSON: check KAFKA_TOPIC, and what the producer writes',
  missing_field: 'the records lack a field of events: check KAFKA_TOPIC, and what the producer writes',
};

const SEE = 'see npx nx run speed-layer:dead-letters -- list';

/** Reasons with their counts, the most frequent one first: «wrong_clock 500, empty 3». */
export function reasonsText(records: ReadonlyMap<string, number>): string {
  return inOrder(records)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

/** Advice on records of which none is an event, by their most frequent reason. */
export function refusedAdvice(records: ReadonlyMap<string, number>): string {
  const [reason = ''] = inOrder(records)[0] ?? [];
  const advice = ADVICE[reason];
  return advice === undefined ? SEE : `${advice}; ${SEE}`;
}

function inOrder(records: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...records].sort(([, left], [, right]) => right - left);
}
