import { openDatabase } from '@antenna/usage-store';
import type { Knex } from 'knex';

/** Reading a table of a million rows takes its time. */
const QUERY_TIMEOUT_MS = 600_000;

/** Runs `work` on a connection of its own. */
export async function withDatabase<T>(url: string, work: (database: Knex) => Promise<T>): Promise<T> {
  const database = openDatabase({ url }, { applicationName: 'bench', poolMax: 1, queryTimeoutMs: QUERY_TIMEOUT_MS });
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}
