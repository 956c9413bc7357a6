import type { Knex } from 'knex';
import { SchemaVersionError } from './errors.ts';
import { toDomainError } from './domain-error.ts';

/**
 * The version of schema `pipeline` that this program needs. A change that new programs depend on raises it. The
 * provisioner writes it to `pipeline.schema_version`.
 */
export const SCHEMA_VERSION = 6;

/**
 * The oldest program version that works with the functions. A change that would break older programs raises it; until
 * then the functions that they call stay declared.
 */
export const COMPATIBLE_SINCE = 3;

interface AcceptedVersions {
  readonly version: number;
  readonly compatible_since: number;
}

/**
 * Checks that this program can work with the schema of the database.
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
