import { ProductError } from '@antenna/cli';

/** A measured program failed: it has no figures. */
export class ContestantFailedError extends ProductError {
  readonly code = 'CONTESTANT_FAILED';
}

/** A measured program computed something else than the truth: its figures count for nothing. */
export class WrongResultError extends ProductError {
  readonly code = 'WRONG_RESULT';
}

/** The peer could not be installed on this machine. */
export class PeerMissingError extends ProductError {
  readonly code = 'PEER_MISSING';
}

/** This machine cannot tell what a process uses. */
export class NotMeasurableError extends ProductError {
  readonly code = 'NOT_MEASURABLE';
}

/** Nothing was measured yet that could be recorded. */
export class NothingMeasuredError extends ProductError {
  readonly code = 'NOTHING_MEASURED';
}
