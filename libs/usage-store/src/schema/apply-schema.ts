import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { SchemaVersionError } from '../errors.ts';
import { applyPrivileges } from '../roles/apply-privileges.ts';
import { COMPATIBLE_SINCE, SCHEMA_VERSION } from '../schema-version.ts';
import { executeScript } from './execute-script.ts';
import { schemaFamilies } from './index.ts';
import type { SchemaFamily } from './schema-family.ts';

/**
 * Declares functions and views anew if their text differs from what the database has, or if tables have changed since;
 * then gives the roles their rights. All of it is one transaction: a new function is never executable by PUBLIC, and
 * calls that run meanwhile see the old functions or the new ones.
 * @param steps names of the numbered migrations that the tables have by now.
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
 * Functions keep their identity where their signature stays, so that a call that has begun finds them. Views are
 * dropped first, since a view cannot be replaced by one with other columns.
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

/** A function that was declared in this transaction has its number as xmin; any other is of an earlier version. */
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
