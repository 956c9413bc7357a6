import type { IngestionEvent, IngestionObserver } from '@antenna/ingestion';
import type { Logger } from '@antenna/telemetry';
import type { KafkaLog } from '@antenna/event-source';
import { withAdvice } from './error-guides.ts';
import { RefusedStream } from './refused-stream.ts';

/**
 * Wraps an observer so that it also logs: rare events as information, warning or error, frequent ones for debugging
 * only.
 */
export function logged(observer: IngestionObserver, log: Logger): IngestionObserver {
  const refused = new RefusedStream(log);
  const first = new FirstRecords(log);
  return {
    observe(event) {
      observer.observe(event);
      refused.observe(event);
      first.observe(event);
      logEvent(event, log);
    },
  };
}

function logEvent(event: IngestionEvent, log: Logger): void {
  switch (event.kind) {
    case 'assigned':
      log.debug('assigned', { partitions: event.partitions });
      return;
    case 'claimed':
      log.info('claimed', { partitions: event.partitions });
      return;
    case 'refused':
      log.warn('refused; claiming again', { operation: event.operation, reason: event.message });
      return;
    case 'commit-divided':
      log.warn('a commit failed as a whole; claiming its partitions again to commit it in parts', {
        records: event.records,
        code: event.code,
        reason: event.message,
      });
      return;
    case 'partition-stopped':
      log.error('a partition stands still; the others go on', {
        partition: event.partition,
        code: event.code,
        reason: withAdvice(event).message,
      });
      return;
    case 'partition-resumed':
      log.info('a partition advances again', { partition: event.partition });
      return;
    case 'unexpected-batch':
      log.info('batch from another offset; reading again', {
        partition: event.partition,
        expected: event.expected,
        fetched: event.fetched,
      });
      return;
    case 'intents':
      if (event.open > 0) log.info('redoing chunks with an open intent', { open: event.open });
      return;
    case 'archived':
      log.debug('archived', { partition: event.partition, files: event.files.length });
      return;
    case 'committed':
      log.debug('committed', {
        events: event.events,
        rows: event.commit.totals.length,
        deadLetters: event.commit.deadLetters.length,
        deadLetterRanges: event.commit.deadLetterRanges.length,
        durationMs: event.durationMs,
      });
      return;
    case 'batch':
    case 'lag':
  }
}

/** Logs when the first records after a claim arrive, for debugging. */
class FirstRecords {
  readonly #log: Logger;
  #isAwaited = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  observe(event: IngestionEvent): void {
    if (event.kind === 'claimed') this.#isAwaited = true;
    if (event.kind !== 'batch' || !this.#isAwaited) return;
    this.#isAwaited = false;
    this.#log.debug('first records', { partition: event.partition });
  }
}

/** Logs the messages of the Kafka client as warnings, since the client logs only problems. */
export function kafkaLogOf(log: Logger): KafkaLog {
  return (message, details) => {
    log.warn(message, details);
  };
}
