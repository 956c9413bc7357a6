import type { DatabaseConnection } from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import { checkSchema, connectWithRetry, Patience, PostgresHourStore } from '@antenna/usage-store';

/** An hour of a million users is one statement. */
const QUERY_TIMEOUT_MS = 15 * 60_000;

export interface StoreOptions {
  /** A database of another archive is refused; undefined for whoever reads none. */
  readonly archiveUrl: string | undefined;
  readonly log: Logger;
}

/**
 * Runs the work with the hour store, once the database has answered and has turned out to be of our version. Calls of the
 * store wait through a restart or failover of the database.
 */
export async function withHourStore<T>(
  connection: DatabaseConnection,
  { archiveUrl, log }: StoreOptions,
  work: (store: PostgresHourStore) => Promise<T>,
): Promise<T> {
  const database = await connectWithRetry(connection, {
    applicationName: 'batch-layer',
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    poolMax: 1,
    log,
  });
  try {
    const patience = new Patience({ log });
    await patience.retry(() => checkSchema(database));
    return await work(new PostgresHourStore(database, { archiveUrl, previewedUsers: PREVIEWED_ROWS, patience }));
  } finally {
    await database.destroy();
  }
}

/** Rows of each kind that a dry run shows. */
export const PREVIEWED_ROWS = 20;
