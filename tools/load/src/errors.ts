import { ProductError } from '@antenna/cli';

/** A limit was broken, a row is wrong, or a program failed under load. */
export class LoadFailedError extends ProductError {
  readonly code = 'LOAD_FAILED';
}
