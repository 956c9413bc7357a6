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

/**
 * Makes an empty database, in place of one of the same name.
 * @param serverUrl of another database of the server.
 * @returns the URL of the database.
 */
export async function freshDatabase(serverUrl: string, name: string): Promise<string> {
  await withDatabase(serverUrl, async (server) => {
    await server.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]);
    await server.raw('CREATE DATABASE ??', [name]);
    // What the last contestant left to write is not this one's.
    await server.raw('CHECKPOINT');
  });
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await withDatabase(serverUrl, (server) => server.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]));
}

export async function databasesLike(serverUrl: string, prefix: string): Promise<readonly string[]> {
  const select = 'SELECT datname FROM pg_database WHERE starts_with(datname, ?)';
  const { rows } = await withDatabase(serverUrl, (server) =>
    server.raw<{ rows: readonly { datname: string }[] }>(select, [prefix]),
  );
  return rows.map(({ datname }) => datname);
}
