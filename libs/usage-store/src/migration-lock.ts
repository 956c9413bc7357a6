import type { Logger } from '@antenna/telemetry';
import type { Client } from 'pg';
import type { OnConnect } from './database.ts';
import { MigrationLockedError } from './errors.ts';
import { sqlStateOf } from './domain-error.ts';
import { LOCK_NOT_AVAILABLE } from './passing-failure.ts';

const LOCK = `hashtextextended('antenna migrations', 0)`;

/**
 * Makes a new connection take the advisory lock of the migrations, after waiting for another run to end. The lock
 * belongs to the session: Postgres releases it when the connection ends, even if the process is killed. The session uses
 * READ COMMITTED, so that a statement after a lock sees what the former holders have committed.
 * @throws {MigrationLockedError} after `waitMs` milliseconds.
 */
export function lockedForMigration(waitMs: number, log: Logger | undefined): OnConnect {
  return async (client) => {
    await client.query(
      `SELECT set_config('TimeZone', 'UTC', false), set_config('lock_timeout', $1, false),
         set_config('default_transaction_isolation', 'read committed', false)`,
      [String(waitMs)],
    );
    await noticeDeathOfClient(client);
    if (await isFree(client)) return;
    log?.info('another migration of this database is running: waiting for its end');
    try {
      await client.query(`SELECT pg_advisory_lock(${LOCK})`);
    } catch (error) {
      throw sqlStateOf(error) === LOCK_NOT_AVAILABLE ? new MigrationLockedError(waitMs, { cause: error }) : error;
    }
  };
}

async function isFree(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(`SELECT pg_try_advisory_lock(${LOCK}) AS taken`);
  return rows[0]?.taken === true;
}

/**
 * Makes the server check during a statement whether the client is still connected. Otherwise the session of a killed
 * run, and its lock, would last until the statement ends.
 */
async function noticeDeathOfClient(client: Client): Promise<void> {
  try {
    await client.query(`SELECT set_config('client_connection_check_interval', '1s', false)`);
  } catch {
    // A server on Windows has no such check. There the lock is released when the statement ends.
  }
}
