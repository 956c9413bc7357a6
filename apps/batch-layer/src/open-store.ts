import type { DatabaseConnection } from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import { checkSchema, connectWithRetry, Patience, PostgresHourStore } from '@antenna/usage-store';

/** One statement commits an hour of a million users, which takes longer than the default of a minute. */
const QUERY_TIMEOUT_MS = 15 * 60_000;

export interface StoreOptions {
  /**
   * The archive that the command reads: a database of another archive is refused. Undefined for a command that reads
   * none.
   */
  readonly archiveUrl: string | undefined;
  readonly log: Logger;
}

/**
 * Connects to the database, checks that its schema version fits, and runs `work` with the hour store. Calls of the
 * store are retried through a restart or failover of the database.
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

/** How many rows of each type a dry run shows. */
export const PREVIEWED_ROWS = 20;
