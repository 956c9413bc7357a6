import type { Logger } from '@antenna/telemetry';
import type { Client } from 'pg';
import type { OnConnect } from './database.ts';
import { MigrationLockedError } from './errors.ts';
import { sqlStateOf } from './domain-error.ts';

const LOCK = `hashtextextended('antenna migrations', 0)`;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Has a connection take the lock of the migrations when it is made, waiting for another run to end. The lock belongs
 * to the session: Postgres releases it when the connection is gone, however the process ended.
 * @throws {MigrationLockedError} after `waitMs`.
 */
export function lockedForMigration(waitMs: number, log: Logger | undefined): OnConnect {
  return async (client) => {
    await client.query(`SELECT set_config('TimeZone', 'UTC', false), set_config('lock_timeout', $1, false)`, [
      String(waitMs),
    ]);
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
 * Has the server look while it works on a statement whether we are still there. Else the session of a killed run, and
 * with it the lock, would last until the statement is done.
 */
async function noticeDeathOfClient(client: Client): Promise<void> {
  try {
    await client.query(`SELECT set_config('client_connection_check_interval', '1s', false)`);
  } catch {
    // Servers before version 14, or on Windows, cannot. The lock is released all the same, only later.
  }
}
