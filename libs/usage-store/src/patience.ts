import type { Logger } from '@antenna/telemetry';
import pRetry from 'p-retry';
import { isPassingFailure, toUnavailable } from './passing-failure.ts';

export interface PatienceOptions {
  /** The name of the service in the log; `the database` by default. */
  readonly service?: string;
  readonly log: Logger;
  /**
   * How long a service may fail without a success, in milliseconds; by default 300,000, as long as a failover may take.
   */
  readonly waitMs?: number;
  /** Whether a failure is retried; by default the transient failures of Postgres are. */
  readonly isPassing?: (error: unknown) => boolean;
}

const FAILOVER_MS = 300_000;

/**
 * Retries operations after transient failures, with waits that double from 0.25 s to 10 s. After a service has failed
 * for longer than `waitMs`, later operations are not retried until one succeeds.
 */
export class Patience {
  readonly #service: string;
  readonly #log: Logger;
  readonly #waitMs: number;
  readonly #isPassing: (error: unknown) => boolean;
  readonly #toFailure: (error: unknown) => unknown;
  #failingSinceMs: number | undefined;

  constructor(options: PatienceOptions) {
    const { service = 'the database', log, waitMs = FAILOVER_MS, isPassing = isPassingFailure } = options;
    this.#toFailure = options.isPassing === undefined ? toUnavailable : (error) => error;
    this.#service = service;
    this.#log = log;
    this.#waitMs = waitMs;
    this.#isPassing = isPassing;
  }

  /**
   * @param operation must be fenced or idempotent, since a failed call may have taken effect.
   * @throws {DatabaseUnavailableError} when Postgres fails for longer than `waitMs`; for another service, its last
   * error.
   */
  async retry<T>(operation: () => Promise<T>): Promise<T> {
    const result = await pRetry(operation, {
      retries: Infinity,
      minTimeout: 250,
      maxTimeout: 10_000,
      shouldRetry: ({ error, attemptNumber, retryDelay }) => {
        if (!this.#isPassing(error) || this.#failingForMs() >= this.#waitMs) return false;
        const details = { attempt: attemptNumber, retryInMs: retryDelay, reason: error.message };
        this.#log.warn(`${this.#service} failed: trying again`, details);
        return true;
      },
    }).catch((error: unknown) => {
      throw this.#toFailure(error);
    });
    this.#failingSinceMs = undefined;
    return result;
  }

  #failingForMs(): number {
    const nowMs = performance.now();
    this.#failingSinceMs ??= nowMs;
    return nowMs - this.#failingSinceMs;
  }
}
