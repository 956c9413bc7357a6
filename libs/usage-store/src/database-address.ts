import { Client } from 'pg';

/** What a URL of libpq's form says of a database. */
export interface DatabaseAddress {
  readonly user?: string;
  readonly password?: string;
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  /** Command-line options for the session, such as `-c work_mem=64MB`. */
  readonly options?: string;
}

/**
 * The URL as the driver reads it: also libpq's forms without a host before the path, whose host is a parameter
 * (`postgresql://user:password@/database?host=/cloudsql/…`).
 * @throws {TypeError} when it is no URL. The error does not hold it.
 */
export function databaseAddress(url: string): DatabaseAddress {
  const { user, password, host, port, database: read } = new Client({ connectionString: url });
  // The driver leaves some signs of a database's name encoded: %40 for one.
  const [, path = ''] = /^[^:]+:\/\/[^/?#]*\/([^?#]*)/.exec(url) ?? [];
  const database = path === '' ? read : decodeURIComponent(path);
  const options = parametersOf(url).get('options');
  return {
    host,
    port,
    ...(isGiven(user) ? { user } : {}),
    ...(isGiven(password) ? { password } : {}),
    ...(isGiven(database) ? { database } : {}),
    ...(options === null ? {} : { options }),
  };
}

/** The driver has null for what neither the URL nor libpq's variables (PGPASSWORD …) say. */
function isGiven(text: string | null | undefined): text is string {
  return text !== undefined && text !== null;
}

/** What stands behind the question mark. */
function parametersOf(url: string): URLSearchParams {
  const [, query = ''] = url.split('?', 2);
  return new URLSearchParams(query);
}
