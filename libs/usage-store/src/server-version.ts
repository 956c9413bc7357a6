import { ProductError } from '@antenna/cli';
import type { Knex } from 'knex';

/** The least major version of Postgres: the functions need MERGE, which came with it. */
const LEAST_VERSION = 15;

/** The server is older than what the functions are written for. */
export class PostgresTooOldError extends ProductError {
  readonly code = 'POSTGRES_TOO_OLD';

  constructor(server: string, version: string) {
    super(
      `Postgres at ${server} is version ${version}; version ${LEAST_VERSION} or newer is needed: upgrade the server, or ` +
        `name another one in DATABASE_URL`,
    );
  }
}

/** @throws {PostgresTooOldError} */
export async function checkServerVersion(database: Knex, server: string): Promise<void> {
  const { rows } = await database.raw<{ rows: { server_version_num: string }[] }>('SHOW server_version_num');
  // 150004 is 15.4.
  const version = Number(rows[0]?.server_version_num);
  const major = Math.floor(version / 10_000);
  if (major < LEAST_VERSION) throw new PostgresTooOldError(server, `${major}.${version % 10_000}`);
}
