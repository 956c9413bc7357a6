import retry from 'p-retry';
import pg from 'pg';
import { addressOf, templateVariable, uniqueName } from './service-addresses.ts';

export interface TestDatabase {
  readonly url: string;
  /** Drops it, and ends all connections to it. */
  close(): Promise<void>;
}

/** A database of its own with the product's schema and no rows. */
export function testDatabase(): Promise<TestDatabase> {
  return databaseFrom(process.env[templateVariable] ?? 'template1');
}

/** A database of its own with nothing in it. */
export function emptyDatabase(): Promise<TestDatabase> {
  return databaseFrom('template1');
}

/** Makes the template of `testDatabase`. @returns its name. */
export async function makeTemplate(
  migrate: (url: string) => Promise<unknown>,
): Promise<TestDatabase & { name: string }> {
  const database = await emptyDatabase();
  await migrate(database.url);
  return { ...database, name: new URL(database.url).pathname.slice(1) };
}

const objectInUse = '55006';

async function databaseFrom(template: string): Promise<TestDatabase> {
  const server = addressOf('postgres');
  const name = uniqueName();
  // Refused while a client is connected to the template, also another test that copies it.
  await retry(() => rowsOf(server, `CREATE DATABASE "${name}" TEMPLATE "${template}"`), {
    retries: 100,
    minTimeout: 50,
    factor: 1,
    shouldRetry: ({ error }) => error instanceof pg.DatabaseError && error.code === objectInUse,
  });
  const { href: url } = Object.assign(new URL(server), { pathname: name });
  return { url, close: () => dropDatabase(server, name) };
}

/**
 * Makes an empty database, in place of one of the same name, even if clients are connected to it.
 * @param serverUrl of another database of the server.
 * @returns its URL.
 */
export async function freshDatabase(serverUrl: string, name: string): Promise<string> {
  await dropDatabase(serverUrl, name);
  await rowsOf(serverUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  return Object.assign(new URL(serverUrl), { pathname: name }).href;
}

/** Drops a database if there is one, and ends all connections to it. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await rowsOf(serverUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
}

/**
 * Copies a database, in place of one of the copy's name. Ends all connections to both; nobody may connect meanwhile.
 * @param serverUrl of another database of the server.
 */
export async function copyDatabase(serverUrl: string, from: string, to: string): Promise<void> {
  await dropDatabase(serverUrl, to);
  await rowsOf(serverUrl, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [from]);
  await rowsOf(serverUrl, `CREATE DATABASE ${pg.escapeIdentifier(to)} TEMPLATE ${pg.escapeIdentifier(from)}`);
}

/** Runs one statement on a connection of its own. @returns its rows. */
export async function rowsOf<Row extends pg.QueryResultRow = Record<string, unknown>>(
  databaseUrl: string,
  statement: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  // Of a server that dies meanwhile the statement says it, too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(statement, [...parameters])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
