import { Client } from 'pg';

/** The parts of a database URL in libpq's form. */
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
 * Parses a URL as the driver does, including libpq's forms that give the host as a parameter
 * (`postgresql://user:password@/database?host=/cloudsql/…`).
 * @throws {TypeError} when it is no URL; the error does not contain the text, which may have a password.
 */
export function databaseAddress(url: string): DatabaseAddress {
  const { user, password, host, port, database: read } = new Client({ connectionString: url });
  // The driver leaves some characters of the database's name encoded, such as %40.
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

/** The driver returns null for parts that neither the URL nor libpq's variables (PGPASSWORD …) give. */
function isGiven(text: string | null | undefined): text is string {
  return text !== undefined && text !== null;
}

/** The parameters after the question mark. */
function parametersOf(url: string): URLSearchParams {
  const [, query = ''] = url.split('?', 2);
  return new URLSearchParams(query);
}
