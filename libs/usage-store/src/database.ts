import { Socket } from 'node:net';
import type { Logger } from '@antenna/telemetry';
import knex, { type Knex } from 'knex';
import type { Client } from 'pg';
import type { DatabaseConnection } from './settings/database-settings.ts';
import { driverOptions } from './driver-options.ts';
import { READ_ONLY } from './passing-failure.ts';
import { sqlStateOf } from './domain-error.ts';
import { callForRow } from './call-function.ts';
import { DATABASE_IDENTITY } from './sql/speed.sql.ts';

export interface DatabaseOptions {
  /** The name of the connections in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Greatest number of connections; 4 by default. */
  readonly poolMax?: number;
  /** How long a statement may take before it fails, in milliseconds; 60,000 by default. */
  readonly queryTimeoutMs?: number;
  /** How long to wait for a connection, in milliseconds; 30,000 by default. */
  readonly acquireTimeoutMs?: number;
  readonly log?: Logger | undefined;
}

/** Prepares a new connection before its first use. */
export type OnConnect = (client: Client) => Promise<void>;

/** The longest wait for a new connection, whatever the wait for one of the pool. */
const MAX_CREATE_MS = 30_000;

/** How soon the server cancels the query of a client that is gone: its locks would delay the successor. */
const GONE_CLIENT_MS = 5_000;

/** How much longer than the server's own statement timeout the client waits for an answer. */
const GRACE_MS = 5_000;

/**
 * Opens a pool that creates its connections on demand. Sessions use UTC and READ COMMITTED, regardless of the server's
 * defaults. A connection whose query gets no answer in time is closed, and the query fails. The server cancels a query
 * whose client is gone (one on Windows cannot tell, and refuses the setting). After a server refuses a query because it
 * is read-only, the pool uses none of the open connections again: after a failover the address leads to another server,
 * while open connections would stay with the old one.
 *
 * Values: TIMESTAMP and DATE arrive as the text that Postgres writes (never as a Date in local time), BIGINT and
 * NUMERIC as text. A Date given as a parameter is sent in UTC.
 */
export function openDatabase(
  connection: DatabaseConnection,
  { applicationName, poolMax = 4, queryTimeoutMs = 60_000, acquireTimeoutMs = 30_000, log }: DatabaseOptions,
): Knex {
  const database = openPool(driverOptions(connection, applicationName), {
    poolMax,
    log,
    acquireTimeoutMs,
    onConnect: sessionOf(queryTimeoutMs),
  });
  // The detail of a refused row quotes its values, such as people's names and addresses.
  database.on('query-error', (error: { detail?: unknown }) => {
    delete error.detail;
  });
  return database;
}

interface PoolOptions {
  readonly poolMax: number;
  /** How long to wait for a connection, including its `onConnect`. */
  readonly acquireTimeoutMs: number;
  readonly onConnect: OnConnect;
  readonly log: Logger | undefined;
}

/** A pool without the session settings of `openDatabase`: `onConnect` prepares each session. */
export function openPool(
  driver: Knex.PgConnectionConfig,
  { poolMax, acquireTimeoutMs, onConnect, log }: PoolOptions,
): Knex {
  const warn = (message: unknown) => log?.warn(String(message));
  // knex also throws what it logs as an error, and the caller decides what to log.
  const debug = (message: unknown) => log?.debug(String(message));
  const writable = new WritableConnections();
  const database = knex({
    client: 'pg',
    // Otherwise an error would contain the parameters: hundreds of thousands of values, some of them personal data.
    compileSqlOnError: false,
    connection: driver,
    pool: {
      min: 0,
      max: poolMax,
      idleTimeoutMillis: 30_000,
      acquireTimeoutMillis: acquireTimeoutMs,
      createTimeoutMillis: Math.min(acquireTimeoutMs, MAX_CREATE_MS),
      validate: (client: Client) => writable.has(client),
      afterCreate: (client: Client, done: (error: unknown, client: Client) => void) => {
        writable.add(client);
        onConnect(client).then(
          () => {
            done(null, client);
          },
          (error: unknown) => {
            done(error, client);
          },
        );
      },
    },
    log: { warn: debug, error: debug, deprecate: warn, debug },
  });
  // knex prepends the statement to the message; that of a migration has hundreds of lines.
  database.on('query-error', (error: Error, { sql }: { sql: string }) => {
    error.message = error.message.replace(`${sql} - `, '');
    if (sqlStateOf(error) === READ_ONLY) writable.clear();
  });
  return database;
}

/** The connections that were opened since the last refusal by a read-only server. */
class WritableConnections {
  #known = new WeakSet<Client>();

  add(client: Client): void {
    this.#known.add(client);
  }

  has(client: Client): boolean {
    return this.#known.has(client);
  }

  clear(): void {
    this.#known = new WeakSet();
  }
}

function sessionOf(queryTimeoutMs: number): OnConnect {
  return async (client) => {
    closeWhenSilent(client, queryTimeoutMs + GRACE_MS);
    await client.query(
      `SELECT set_config('TimeZone', 'UTC', false), set_config('statement_timeout', $1, false),
         set_config('idle_in_transaction_session_timeout', $1, false),
         set_config('default_transaction_isolation', 'read committed', false),
         set_config('client_connection_check_interval', $2, false)`,
      [String(queryTimeoutMs), String(GONE_CLIENT_MS)],
    );
  };
}

/**
 * Closes a silent connection: a query whose server is gone without closing the connection would wait for many minutes.
 */
function closeWhenSilent(client: Client, silenceMs: number): void {
  const { stream } = client.connection;
  if (!(stream instanceof Socket)) return;
  stream.setTimeout(silenceMs, () => {
    stream.destroy(new Error(`connection terminated: no answer within ${silenceMs} ms (timeout)`));
  });
}

/**
 * An identifier that distinguishes this database from any other, even from a copy of it, since a consumer group serves
 * one database only. A restart, a failover to a standby and a new name keep it; pg_upgrade and a restored dump change
 * it.
 */
export async function databaseIdentity(database: Knex): Promise<string> {
  const { identity } = await callForRow<{ identity: string }>(database, DATABASE_IDENTITY, {});
  return identity;
}
