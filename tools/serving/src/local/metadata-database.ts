import { type DatabaseConnection, ensureDatabaseOwner, SUPERSET_METADATA } from '@antenna/usage-store';
import type { Knex } from 'knex';

/** Superset's own database, for its users and dashboards. */
export interface MetadataDatabase {
  /** As Superset's configuration wants it, with the password. */
  readonly uri: string;
  /** The mark of the last `markPrepared`; null for a new database. */
  readonly preparedFor: string | null;
  /** Stores the mark in the database itself, so that dropping the database also drops the mark. */
  markPrepared(mark: string): Promise<void>;
}

/**
 * Makes the database and its login where they are missing, as the provisioner does.
 * @param administrator may create both, on the server of `connection`.
 * @throws {LoginTakenError} when the login has a password of another installation on the server.
 */
export async function metadataDatabase(
  administrator: Knex,
  connection: DatabaseConnection,
  { name = SUPERSET_METADATA, password }: { readonly name?: string; readonly password: string },
): Promise<MetadataDatabase> {
  await ensureDatabaseOwner(administrator, connection, { name, password });
  const { rows } = await administrator.raw<{ rows: { comment: string | null }[] }>(COMMENT_ON_DATABASE, { name });
  const uri = new URL(connection.url);
  uri.username = name;
  uri.password = password;
  uri.pathname = `/${name}`;
  return {
    uri: uri.href.replace(/^postgres(ql)?:/, 'postgresql+psycopg2:'),
    preparedFor: rows[0]?.comment ?? null,
    markPrepared: (mark) => comment(administrator, name, mark),
  };
}

/** The statement takes no parameters, so Postgres quotes the values into it. */
async function comment(database: Knex, name: string, mark: string): Promise<void> {
  const { rows } = await database.raw<{ rows: { statement: string }[] }>(COMMENT, { name, mark });
  for (const { statement } of rows) await database.raw(statement.replaceAll('?', String.raw`\?`));
}

const COMMENT_ON_DATABASE = `
  SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_catalog.pg_database WHERE datname = :name
`;

const COMMENT = `
  SELECT format('COMMENT ON DATABASE %I IS %L', CAST(:name AS text), CAST(:mark AS text)) AS statement
`;
