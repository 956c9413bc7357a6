import { programVersion } from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import {
  checkSchema,
  connectWithRetry,
  type DatabaseConnection,
  Patience,
  PostgresCertificateStore,
  PostgresCorrectionStore,
  PostgresErasureStore,
  PostgresExplanationStore,
  PostgresHourStore,
  PostgresReconciliationStore,
  PostgresRetentionStore,
} from '@antenna/usage-store';

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

/** The stores of the batch layer, with one connection. */
export interface BatchStores {
  readonly hours: PostgresHourStore;
  readonly reconciliation: PostgresReconciliationStore;
  readonly certificates: PostgresCertificateStore;
  readonly corrections: PostgresCorrectionStore;
  readonly explanations: PostgresExplanationStore;
  readonly retention: PostgresRetentionStore;
}

/** `withStores` for a command that needs only the hour store. */
export function withHourStore<T>(
  connection: DatabaseConnection,
  options: StoreOptions,
  work: (store: PostgresHourStore) => Promise<T>,
): Promise<T> {
  return withStores(connection, options, ({ hours }) => work(hours));
}

/**
 * Connects to the database, checks that its schema version fits, and runs `work` with the stores. Calls of the stores
 * are retried through a restart or failover of the database.
 */
export async function withStores<T>(
  connection: DatabaseConnection,
  { archiveUrl, log }: StoreOptions,
  work: (stores: BatchStores) => Promise<T>,
): Promise<T> {
  const program = `batch-layer ${programVersion()}`;
  return connected(connection, log, (database, patience) =>
    work({
      hours: new PostgresHourStore(database, { archiveUrl, previewedUsers: PREVIEWED_ROWS, program, patience }),
      reconciliation: new PostgresReconciliationStore(database, patience),
      certificates: new PostgresCertificateStore(database),
      corrections: new PostgresCorrectionStore(database),
      explanations: new PostgresExplanationStore(database, patience),
      retention: new PostgresRetentionStore(database, patience),
    }),
  );
}

/** `withStores` for the store of an erasure, whose calls need the login of an operator. */
export async function withErasureStore<T>(
  connection: DatabaseConnection,
  { archiveUrl, log }: StoreOptions & { readonly archiveUrl: string },
  work: (store: PostgresErasureStore) => Promise<T>,
): Promise<T> {
  return connected(connection, log, (database, patience) =>
    work(new PostgresErasureStore(database, archiveUrl, patience)),
  );
}

async function connected<T>(
  connection: DatabaseConnection,
  log: Logger,
  work: (database: Database, patience: Patience) => Promise<T>,
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
    return await work(database, patience);
  } finally {
    await database.destroy();
  }
}

type Database = Awaited<ReturnType<typeof connectWithRetry>>;

/** How many rows of each type a dry run shows. */
export const PREVIEWED_ROWS = 20;
