import type { Knex } from 'knex';
import { SchemaVersionError } from './errors.ts';
import { toDomainError } from './domain-error.ts';

/**
 * What this program expects of the functions and tables of schema `pipeline`. It is raised with a change that programs of
 * the new version cannot do without. The provisioner writes it to `pipeline.schema_version`.
 */
export const SCHEMA_VERSION = 3;

/**
 * The oldest version of programs that go together with the functions. It is raised with a change after which older
 * programs would go wrong; until then the functions that they call stay declared.
 */
export const COMPATIBLE_SINCE = 3;

interface AcceptedVersions {
  readonly version: number;
  readonly compatible_since: number;
}

/**
 * Makes sure that the database is one that this program can work with.
 * @throws {SchemaMissingError} when it was never provisioned.
 * @throws {SchemaVersionError} when it is older, or newer and no longer compatible.
 */
export async function checkSchema(database: Knex): Promise<void> {
  const accepted = await acceptedVersions(database);
  const isAccepted =
    accepted !== undefined && SCHEMA_VERSION >= accepted.compatible_since && SCHEMA_VERSION <= accepted.version;
  if (isAccepted) return;
  const range = accepted === undefined ? 'none' : `${accepted.compatible_since} to ${accepted.version}`;
  throw new SchemaVersionError(
    `this program is built for schema version ${SCHEMA_VERSION}, the database accepts ${range}`,
  );
}

async function acceptedVersions(database: Knex): Promise<AcceptedVersions | undefined> {
  try {
    const { rows } = await database.raw<{ rows: AcceptedVersions[] }>(
      'SELECT version, compatible_since FROM pipeline.schema_version',
    );
    return rows[0];
  } catch (error) {
    throw toDomainError(error);
  }
}
