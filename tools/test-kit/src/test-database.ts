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
  const url = new URL(addressOf('postgres'));
  const name = uniqueName();
  url.pathname = name;
  // Refused while a client is connected to the template, also another test that copies it.
  await retry(() => asAdministrator(`CREATE DATABASE "${name}" TEMPLATE "${template}"`), {
    retries: 100,
    minTimeout: 50,
    factor: 1,
    shouldRetry: ({ error }) => error instanceof pg.DatabaseError && error.code === objectInUse,
  });
  return { url: url.href, close: () => asAdministrator(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`) };
}

async function asAdministrator(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: addressOf('postgres'), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Runs one statement on a connection of its own. @returns its rows. */
export async function rowsOf<Row extends pg.QueryResultRow = Record<string, unknown>>(
  databaseUrl: string,
  statement: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}
