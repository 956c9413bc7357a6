import type { Knex } from 'knex';
import { callForRow } from './call-function.ts';
import { DATABASE_IDENTITY } from './sql/speed.sql.ts';

/**
 * An identifier that distinguishes this database from any other, even from a copy of it, since a consumer group serves
 * one database only. A restart, a failover to a standby and a new name keep it; pg_upgrade and a restored dump change
 * it.
 */
export async function databaseIdentity(database: Knex): Promise<string> {
  const { identity } = await callForRow<{ identity: string }>(database, DATABASE_IDENTITY, {});
  return identity;
}
