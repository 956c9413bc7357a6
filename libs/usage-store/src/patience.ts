import type { Logger } from '@antenna/telemetry';
import pRetry from 'p-retry';
import { isPassingFailure, toUnavailable } from './passing-failure.ts';

export interface PatienceOptions {
  /** What fails, as the log names it; `the database` unless given. */
  readonly service?: string;
  readonly log: Logger;
  /** How long a service may fail without one success in between; five minutes unless given, as a failover may take. */
  readonly waitMs?: number;
  /** What is tried again; the passing failures of Postgres unless given. */
  readonly isPassing?: (error: unknown) => boolean;
}

const FAILOVER_MS = 300_000;

/**
 * Repeats what fails for a reason that passes by itself, with waits that double from 0.25 s to 10 s. A service that has
 * failed for too long is not waited for again by the next operation: that fails at its first try, until one goes well.
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
   * @param operation is fenced or idempotent: a call that failed may have had its effect.
   * @throws {DatabaseUnavailableError} when Postgres has failed for too long; of another service its last error.
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
