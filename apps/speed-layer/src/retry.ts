import { ArchiveError } from '@antenna/event-archive';
import { isPassingKafkaFailure } from '@antenna/event-source';
import type { Retry } from '@antenna/ingestion';
import { isPassingFailure } from '@antenna/usage-store';
import retry from 'p-retry';
import type { Logger } from '@antenna/telemetry';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** The signal of an operation that is repeated until it succeeds: it is never aborted. */
export const UNTIL_IT_PASSES = new AbortController().signal;

/**
 * Retries an operation as long as its failure is transient. The waits double from 0.2 s to 10 s with jitter, so that
 * the workers do not all return at the same moment.
 */
export function retryWhilePassing(log: Logger): Retry {
  return (name, operation, signal) =>
    retry(operation, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: FIRST_WAIT_MS,
      maxTimeout: LONGEST_WAIT_MS,
      randomize: true,
      shouldRetry: ({ error }) => !signal.aborted && isPassing(error),
      onFailedAttempt: ({ error, attemptNumber }) => {
        if (!signal.aborted) log.warn(`${name} failed`, { attempt: attemptNumber, error: error.message });
      },
    });
}

/** Asks each adapter, which knows the errors of its technology. */
function isPassing(error: Error): boolean {
  if (error instanceof ArchiveError) return error.retryable;
  return isPassingKafkaFailure(error) || isPassingFailure(error);
}
