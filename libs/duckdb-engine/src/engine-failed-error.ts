import { ProductError } from '@antenna/cli';

/** The machine lacks the memory or the disk space that DuckDB needs. Nothing was written. */
export class EngineFailedError extends ProductError {
  readonly code = 'ENGINE_FAILED';
}
