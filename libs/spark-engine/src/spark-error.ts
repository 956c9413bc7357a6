import { ProductError } from '@antenna/cli';

export type SparkErrorCode =
  /** Nobody answers, or the connection broke. */
  | 'SPARK_UNAVAILABLE'
  /** A statement failed. */
  | 'SPARK_FAILED';

/** Spark's SQL endpoint did not do what it was asked. Nothing was written. */
export class SparkError extends ProductError {
  readonly code: SparkErrorCode;

  constructor(code: SparkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
