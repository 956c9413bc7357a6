import { ProductError } from '@antenna/settings';

/** A program that was called (Docker, Git) failed. */
export class ProgramFailedError extends ProductError {
  readonly code = 'PROGRAM_FAILED';
}
