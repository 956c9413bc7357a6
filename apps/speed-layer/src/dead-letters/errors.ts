import { ProductError } from '@antenna/cli';

/** Some of the selected dead letters were not sent again; the output has the reason for each. */
export class NotAllSentError extends ProductError {
  readonly code = 'NOT_ALL_SENT';
}

/** The selected records are no dead letters, or their records are no longer in the topic. */
export class NoDeadLetterError extends ProductError {
  readonly code = 'NO_DEAD_LETTER';
}
