import type { Knex } from 'knex';
import { callFunction } from './call-function.ts';
import { DATABASE_IDENTITY } from './sql/speed.sql.ts';

/**
 * What tells this database from any other, also from a copy of it: a consumer group serves one database only. A server
 * that was restarted, failed over to its standby or renamed keeps it; pg_upgrade and a restored dump change it.
 */
export async function databaseIdentity(database: Knex): Promise<string> {
  const [row] = await callFunction<{ identity: string }>(database, DATABASE_IDENTITY, {});
  if (row === undefined) throw new TypeError('pipeline.database_identity() returned no row');
  return row.identity;
}
