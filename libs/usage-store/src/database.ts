import { Socket } from 'node:net';
import type { DatabaseConnection } from '@antenna/cli';
import type { Logger } from '@antenna/telemetry';
import knex, { type Knex } from 'knex';
import type { Client } from 'pg';
import { driverOptions } from './driver-options.ts';
import { READ_ONLY } from './passing-failure.ts';
import { sqlStateOf } from './domain-error.ts';

export interface DatabaseOptions {
  /** How the connections call themselves in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Connections at most; 4 unless given. */
  readonly poolMax?: number;
  /** How long a statement may take before it ends in an error; a minute unless given. */
  readonly queryTimeoutMs?: number;
  readonly log?: Logger | undefined;
}

/** What every connection does first. */
export type OnConnect = (client: Client) => Promise<void>;

/** How much later than the server itself we stop believing that an answer will come. */
const GRACE_MS = 5_000;

/**
 * A pool of connections, none of which exists until it is needed. Sessions are in UTC and their transactions READ
 * COMMITTED, whatever the server's defaults. A connection that a query has waited on in vain is closed, and the query
 * fails. Once a query was refused by a server that is read-only, no connection to it is used again: after a failover the
 * address leads to another server, and open connections to the old one would stay with it.
 *
 * Values come as follows: TIMESTAMP and DATE as the text that Postgres wrote (never a Date in local time), BIGINT and
 * NUMERIC as text. A Date given as a parameter is sent in UTC.
 */
export function openDatabase(
  connection: DatabaseConnection,
  { applicationName, poolMax = 4, queryTimeoutMs = 60_000, log }: DatabaseOptions,
): Knex {
  const database = openPool(driverOptions(connection, applicationName), {
    poolMax,
    log,
    acquireTimeoutMs: 30_000,
    onConnect: sessionOf(queryTimeoutMs),
  });
  // Where a row is refused, Postgres quotes it, and with it people's names and addresses.
  database.on('query-error', (error: { detail?: unknown }) => {
    delete error.detail;
  });
  return database;
}

interface PoolOptions {
  readonly poolMax: number;
  /** How long to wait for a connection, its `onConnect` included. */
  readonly acquireTimeoutMs: number;
  readonly onConnect: OnConnect;
  readonly log: Logger | undefined;
}

/** A pool without the settings of `openDatabase`: `onConnect` makes each session what it has to be. */
export function openPool(
  driver: Knex.PgConnectionConfig,
  { poolMax, acquireTimeoutMs, onConnect, log }: PoolOptions,
): Knex {
  const warn = (message: unknown) => log?.warn(String(message));
  // What knex calls an error is thrown as well, to somebody who knows what it means.
  const debug = (message: unknown) => log?.debug(String(message));
  const writable = new WritableConnections();
  const database = knex({
    client: 'pg',
    // A commit's parameters are hundreds of thousands of values, and some of them people's.
    compileSqlOnError: false,
    connection: driver,
    pool: {
      min: 0,
      max: poolMax,
      idleTimeoutMillis: 30_000,
      acquireTimeoutMillis: acquireTimeoutMs,
      createTimeoutMillis: acquireTimeoutMs,
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
  // Knex puts the statement before the message; a migration's has hundreds of lines.
  database.on('query-error', (error: Error, { sql }: { sql: string }) => {
    error.message = error.message.replace(`${sql} - `, '');
    if (sqlStateOf(error) === READ_ONLY) writable.clear();
  });
  return database;
}

/** The connections that were made since a server last turned out to be read-only. */
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
         set_config('default_transaction_isolation', 'read committed', false)`,
      [String(queryTimeoutMs)],
    );
  };
}

/** Without it, a query on a connection whose other end is gone without a word would wait for many minutes. */
function closeWhenSilent(client: Client, silenceMs: number): void {
  const { stream } = client.connection;
  if (!(stream instanceof Socket)) return;
  stream.setTimeout(silenceMs, () => {
    stream.destroy(new Error(`connection terminated: no answer within ${silenceMs} ms (timeout)`));
  });
}
