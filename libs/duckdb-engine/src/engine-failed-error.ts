import { ProductError } from '@antenna/cli';

/** The machine lacks what DuckDB needs: memory, or room for temporary files. Nothing was written. */
export class EngineFailedError extends ProductError {
  readonly code = 'ENGINE_FAILED';
}
