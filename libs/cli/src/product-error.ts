/**
 * A failure that the product anticipates. Its message states the fact, the cause and the next step; it is shown as
 * `code: message`, without a stack.
 */
export abstract class ProductError extends Error {
  /** `UPPER_CASE` and stable, for scripts and alerts. */
  abstract readonly code: string;
  /** 1 failed, 2 wrong usage or settings, 3 hour not final, 4 data gap. */
  readonly exitCode: number = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
