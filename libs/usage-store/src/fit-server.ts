import { ProductError } from '@antenna/cli';
import type { DatabaseConnection } from './settings/database-settings.ts';
import { Client } from 'pg';
import { clientOptions, serverOf } from './driver-options.ts';
import { isSharedByTransactions, type PooledClient } from './transaction-pooler.ts';

/** The oldest supported major version of Postgres: the functions use MERGE, which version 15 introduced. */
const LEAST_VERSION = 15;

/** How long the server may take to answer the query for its version and encoding. */
const ANSWER_MS = 10_000;

/** A server or database with which the programs cannot work correctly. A retry would not help. */
export abstract class UnfitServerError extends ProductError {}

class PostgresTooOldError extends UnfitServerError {
  readonly code = 'POSTGRES_TOO_OLD';

  constructor(server: string, version: string) {
    super(
      `Postgres at ${server} is version ${version}; version ${LEAST_VERSION} or newer is needed: upgrade the server, or ` +
        `name another one in DATABASE_URL`,
    );
  }
}

class DatabaseEncodingError extends UnfitServerError {
  readonly code = 'DATABASE_ENCODING';

  constructor(server: string, encoding: string) {
    super(
      `the database of ${server} has the encoding ${encoding}, which cannot hold every text of an event; UTF8 is needed: ` +
        `create one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name it in DATABASE_URL`,
    );
  }
}

class TransactionPoolerError extends UnfitServerError {
  readonly code = 'TRANSACTION_POOLER';

  constructor(server: string) {
    super(
      `at ${server} a pooler gives each transaction the session that is free (pgbouncer: pool_mode = transaction), so that ` +
        `locks and settings of a session would reach other programs; name the server itself in DATABASE_URL, or a pool ` +
        `in session mode (pgbouncer: pool_mode = session for this database)`,
    );
  }
}

interface ServerFacts {
  readonly version: number;
  readonly encoding: string;
  readonly pid: number;
}

/**
 * Checks version, encoding and pooling of the server on separate connections that change no setting.
 * @throws {UnfitServerError} when the programs cannot work with it.
 */
export async function checkServer(connection: DatabaseConnection, applicationName: string): Promise<void> {
  const server = serverOf(connection);
  const connect = (answerMs: number) => connected(connection, applicationName, answerMs);
  const client = await connect(ANSWER_MS);
  try {
    const { version, encoding, pid } = await factsFrom(client);
    const major = Math.floor(version / 10_000);
    if (major < LEAST_VERSION) throw new PostgresTooOldError(server, `${major}.${version % 10_000}`);
    if (encoding !== 'UTF8') throw new DatabaseEncodingError(server, encoding);
    if (await isSharedByTransactions({ client, pid }, connect)) throw new TransactionPoolerError(server);
  } finally {
    await client.end();
  }
}

/** @param answerMs how long to wait for the answer to a query. */
async function connected(
  connection: DatabaseConnection,
  applicationName: string,
  answerMs: number,
): Promise<PooledClient> {
  const client: PooledClient = new Client({ ...clientOptions(connection, applicationName), query_timeout: answerMs });
  // A broken connection also fails the query or `end`, so this listener may ignore the error.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function factsFrom(client: Client): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts>(SERVER_FACTS);
  const [facts] = rows;
  if (facts === undefined) throw new TypeError('the server returned no row');
  return facts;
}

/** `version` is a number such as 150004 for version 15.4. */
const SERVER_FACTS = `
  SELECT
    current_setting('server_version_num')::integer AS version,
    current_setting('server_encoding') AS encoding,
    pg_backend_pid() AS pid
`;
