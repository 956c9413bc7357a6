import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { SchemaVersionError } from '../errors.ts';
import { COMPATIBLE_SINCE, SCHEMA_VERSION } from '../schema-version.ts';
import { schemaFamilies } from './index.ts';
import type { SchemaFamily } from './schema-family.ts';
import { PRIVILEGES } from '../roles/privileges.sql.ts';
import { REVOKE_PUBLIC_RIGHTS } from '../roles/public-rights.sql.ts';

/**
 * Declares functions and views again if their text differs from that in the database, or if tables have changed since,
 * and then grants the roles their rights. It is one transaction, so that PUBLIC can never execute a new function, and
 * concurrent calls see all old functions or all new ones.
 * @param steps the names of all migrations that were applied to the tables.
 * @throws {SchemaVersionError} when a newer program has declared the functions.
 */
export async function applySchema(
  database: Knex,
  steps: readonly string[],
  families: readonly SchemaFamily[] = schemaFamilies,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await refuseNewer(transaction);
    const checksum = checksumOf([...steps, ...families.map(({ sql }) => sql)]);
    if ((await declaredChecksum(transaction)) !== checksum) {
      await declare(transaction, families);
      await transaction.raw(RECORD_CHECKSUM, { checksum });
    }
    await transaction.raw(ACCEPT_VERSIONS, { version: SCHEMA_VERSION, compatibleSince: COMPATIBLE_SINCE });
    await applyPrivileges(transaction);
  });
}

/**
 * A function keeps its oid if its signature stays, so that running calls find it. Views are dropped first, since CREATE
 * OR REPLACE cannot change the columns of a view.
 */
async function declare(transaction: Knex.Transaction, families: readonly SchemaFamily[]): Promise<void> {
  await transaction.raw(DROP_VIEWS);
  for (const { sql } of families) await executeScript(transaction, sql);
  await transaction.raw(DROP_UNDECLARED_FUNCTIONS);
}

async function refuseNewer(transaction: Knex.Transaction): Promise<void> {
  const { rows } = await transaction.raw<{ rows: { version: number }[] }>(
    'SELECT version FROM pipeline.schema_version',
  );
  const version = rows[0]?.version ?? SCHEMA_VERSION;
  if (version <= SCHEMA_VERSION) return;
  throw new SchemaVersionError(
    `this program declares schema version ${SCHEMA_VERSION}, the database has version ${version}`,
  );
}

async function declaredChecksum(transaction: Knex.Transaction): Promise<string | undefined> {
  const { rows } = await transaction.raw<{ rows: { checksum: string }[] }>(
    'SELECT checksum FROM pipeline.declared_schema',
  );
  return rows[0]?.checksum;
}

function checksumOf(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}

const RECORD_CHECKSUM = `
  INSERT INTO pipeline.declared_schema (checksum) VALUES (:checksum)
  ON CONFLICT (singleton) DO UPDATE SET checksum = excluded.checksum, declared_at = clock_timestamp()`;

const ACCEPT_VERSIONS = `
  INSERT INTO pipeline.schema_version (version, compatible_since) VALUES (:version, :compatibleSince)
  ON CONFLICT (singleton) DO UPDATE SET version = excluded.version, compatible_since = excluded.compatible_since
  WHERE (schema_version.version, schema_version.compatible_since)
    IS DISTINCT FROM (excluded.version, excluded.compatible_since)`;

const DROP_VIEWS = `
  DO $$
  DECLARE
    declared record;
  BEGIN
    FOR declared IN SELECT viewname FROM pg_catalog.pg_views WHERE schemaname = 'pipeline' LOOP
      EXECUTE format('DROP VIEW IF EXISTS pipeline.%I CASCADE', declared.viewname);
    END LOOP;
  END
  $$`;

/**
 * A function that this transaction declared has the transaction's id as xmin; any other function is from an earlier
 * version.
 */
const DROP_UNDECLARED_FUNCTIONS = `
  DO $$
  DECLARE
    undeclared record;
  BEGIN
    FOR undeclared IN
      SELECT proname, pg_get_function_identity_arguments(oid) AS arguments
      FROM pg_catalog.pg_proc
      WHERE pronamespace = 'pipeline'::regnamespace AND xmin <> pg_current_xact_id()::xid
    LOOP
      EXECUTE format('DROP FUNCTION pipeline.%I(%s)', undeclared.proname, undeclared.arguments);
    END LOOP;
  END
  $$`;

/** Grants each group role exactly the rights that it needs, in the transaction that declares the functions. */
async function applyPrivileges(transaction: Knex.Transaction): Promise<void> {
  await transaction.raw(PRIVILEGES);
  await transaction.raw(REVOKE_PUBLIC_RIGHTS);
}

/** Executes statements without parameters. Escapes question marks, which knex would read as parameters. */
export async function executeScript(database: Knex, sql: string): Promise<void> {
  await database.raw(sql.replaceAll('?', String.raw`\?`));
}
