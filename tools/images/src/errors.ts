import { ProductError } from '@antenna/cli';

/** A program that was called (Docker, Git) failed. */
export class ProgramFailedError extends ProductError {
  readonly code = 'PROGRAM_FAILED';
}

/** An image, or what is made of them, is not what it promises to be. */
export class CheckFailedError extends ProductError {
  readonly code = 'CHECK_FAILED';
}
