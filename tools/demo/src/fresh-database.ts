import { openDatabase } from '@antenna/usage-store';

/**
 * Makes an empty database, in place of one of the same name, whoever is connected to it.
 * @param serverUrl of another database of the server.
 * @returns the URL of the database.
 */
export async function freshDatabase(serverUrl: string, name: string): Promise<string> {
  const server = openDatabase({ url: serverUrl }, { applicationName: 'demo', poolMax: 1 });
  try {
    await server.raw('DROP DATABASE IF EXISTS ?? WITH (FORCE)', [name]);
    await server.raw('CREATE DATABASE ??', [name]);
  } finally {
    await server.destroy();
  }
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}
