import { ProductError } from '@antenna/cli';
import { connectionAdvice } from './connection-advice.ts';

/** The client has left its group for good, for example because no broker named the group's coordinator in time. */
export class ConsumerEndedError extends ProductError {
  readonly code = 'KAFKA_CONSUMER_ENDED';

  constructor(cause: Error) {
    super(
      `the consumer has ended and does not restart by itself: ${cause.message}; ${connectionAdvice(cause).text}; ` +
        `then start the worker again: it resumes at its stored positions`,
      { cause },
    );
  }
}
