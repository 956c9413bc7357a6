import { ProductError } from '@antenna/cli';

/** A port that a server of the stack is to have is somebody else's. */
export class PortTakenError extends ProductError {
  readonly code = 'PORT_TAKEN';
}

/** A program that the stack needs is not on this machine, or too old. */
export class ProgramMissingError extends ProductError {
  readonly code = 'PROGRAM_MISSING';
}

/** A program that the stack needs could not be fetched or built. */
export class FetchFailedError extends ProductError {
  readonly code = 'FETCH_FAILED';
}

/** A server did not come up, or did not end. */
export class ServerFailedError extends ProductError {
  readonly code = 'SERVER_FAILED';
}

/** Several things went wrong at once; each is told in a line of the message. */
export class StackFailedError extends ProductError {
  readonly code = 'STACK_FAILED';
}

/** Another process works on the same stack. */
export class StackBusyError extends ProductError {
  readonly code = 'STACK_BUSY';
}

/** Nothing was ever started here. */
export class NoStackError extends ProductError {
  readonly code = 'NO_STACK';
}

/** What should run does not. */
export class StackDownError extends ProductError {
  readonly code = 'STACK_DOWN';
}
