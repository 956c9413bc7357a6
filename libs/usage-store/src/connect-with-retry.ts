import type { DatabaseConnection } from './settings/database-settings.ts';
import type { Knex } from 'knex';
import pRetry from 'p-retry';
import { openDatabase, type DatabaseOptions } from './database.ts';
import { serverOf } from './driver-options.ts';
import { DatabaseRefusedError, DatabaseUnreachableError, factOf } from './errors.ts';
import { isPassingFailure } from './passing-failure.ts';
import { checkServer, UnfitServerError } from './fit-server.ts';

export interface RetryOptions extends DatabaseOptions {
  /** How long to try, in milliseconds; 30,000 by default. */
  readonly waitMs?: number;
}

/**
 * Opens the database and checks that it answers and fits the programs. Retries a server that is down or starting for a
 * bounded time.
 * @throws {DatabaseUnreachableError} when it does not answer in that time.
 * @throws {UnfitServerError} at once.
 * @throws {DatabaseRefusedError} at once when it answers with a refusal: a wrong password, an unknown database.
 */
export async function connectWithRetry(
  connection: DatabaseConnection,
  { waitMs = 30_000, ...options }: RetryOptions,
): Promise<Knex> {
  const server = serverOf(connection);
  const startedAt = performance.now();
  let attempts = 0;
  try {
    await pRetry(() => checkServer(connection, options.applicationName), {
      retries: Infinity,
      minTimeout: 250,
      maxTimeout: 4_000,
      maxRetryTime: waitMs,
      shouldRetry: ({ error }) => isPassingFailure(error),
      onFailedAttempt: ({ attemptNumber, error, retryDelay }) => {
        attempts = attemptNumber;
        if (retryDelay === 0 || !isPassingFailure(error)) return;
        options.log?.warn('the database does not answer yet', { server, retryInMs: retryDelay, fact: factOf(error) });
      },
    });
  } catch (error) {
    if (error instanceof UnfitServerError) throw error;
    if (!isPassingFailure(error)) throw new DatabaseRefusedError(server, error);
    throw new DatabaseUnreachableError(server, error, { attempts, waitedMs: performance.now() - startedAt });
  }
  return openDatabase(connection, options);
}
