import { ProductError } from '@antenna/cli';

/** A port of a server of the stack belongs to another process. */
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

/** Several failures at once; the message has a line for each. */
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
