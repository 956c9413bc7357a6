import { ProductError } from '@antenna/cli';

export type SparkErrorCode =
  /** The endpoint does not answer, or the connection broke. */
  | 'SPARK_UNAVAILABLE'
  /** A statement failed. */
  | 'SPARK_FAILED';

/** A failure of Spark's SQL endpoint. Nothing was written. */
export class SparkError extends ProductError {
  readonly code: SparkErrorCode;

  constructor(code: SparkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
