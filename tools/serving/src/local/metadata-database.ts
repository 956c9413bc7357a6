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
 * Makes the database and its role where they are missing.
 * @param administrator may create both, on the server of `serverUrl`.
 */
export async function metadataDatabase(
  administrator: Knex,
  serverUrl: string,
  { name = 'superset', password }: { readonly name?: string; readonly password: string },
): Promise<MetadataDatabase> {
  await runGenerated(administrator, ROLE, { name, password });
  const { rows } = await administrator.raw<{ rows: { comment: string | null }[] }>(DATABASE, { name });
  if (rows.length === 0) await administrator.raw('CREATE DATABASE ?? OWNER ??', [name, name]);
  const uri = new URL(serverUrl);
  uri.username = name;
  uri.password = password;
  uri.pathname = `/${name}`;
  return {
    uri: uri.href.replace(/^postgres(ql)?:/, 'postgresql+psycopg2:'),
    preparedFor: rows[0]?.comment ?? null,
    markPrepared: (mark) => runGenerated(administrator, COMMENT, { name, mark }),
  };
}

/** These statements take no parameters, so Postgres quotes the values into them. */
async function runGenerated(
  database: Knex,
  generator: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await database.raw<{ rows: { statement: string }[] }>(generator, values);
  for (const { statement } of rows) await database.raw(statement.replaceAll('?', String.raw`\?`));
}

const ROLE = `
  SELECT format(
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :name) THEN 'ALTER' ELSE 'CREATE' END
      || ' ROLE %I LOGIN PASSWORD %L', CAST(:name AS text), CAST(:password AS text)
  ) AS statement
`;

const DATABASE = `
  SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_catalog.pg_database WHERE datname = :name
`;

const COMMENT = `
  SELECT format('COMMENT ON DATABASE %I IS %L', CAST(:name AS text), CAST(:mark AS text)) AS statement
`;
