import { ProductError } from '@antenna/cli';

/** Not all that was chosen has been sent again; what was printed tells of each. */
export class NotAllSentError extends ProductError {
  readonly code = 'NOT_ALL_SENT';
}

/** What was asked for is no dead letter, or is gone. */
export class NoDeadLetterError extends ProductError {
  readonly code = 'NO_DEAD_LETTER';
}
