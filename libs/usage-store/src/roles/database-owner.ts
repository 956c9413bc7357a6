import type { Knex } from 'knex';
import pRetry from 'p-retry';
import { refusal, sqlStateOf } from '../refusal.ts';
import { scramVerifier } from './scram-verifier.ts';

/** A login of another program that keeps its tables on the same server, in a database of the same name. */
export interface DatabaseOwner {
  readonly name: string;
  readonly password: string;
}

/** Superset's users and dashboards. It has no rights to the product's database. */
export const SUPERSET_METADATA = 'superset';

/**
 * Creates a login and a database of the same name that it owns, which no other login may enter. A login that exists gets
 * the password; one that an administrator's tool has made loses whatever roles it was given, since Cloud SQL makes each
 * user a member of cloudsqlsuperuser, who may drop any database.
 * @throws {PermissionDeniedError} when we may not create roles or databases.
 */
export async function ensureDatabaseOwner(database: Knex, { name, password }: DatabaseOwner): Promise<void> {
  const values = { name, verifier: scramVerifier(password) };
  const run = async () => {
    const { rows } = await database.raw<{ rows: { statement: string }[] }>(LOGIN_AND_DATABASE, values);
    // Each by itself: a database is not created inside a transaction.
    for (const { statement } of rows) await database.raw(statement);
  };
  try {
    await pRetry(run, {
      retries: 10,
      minTimeout: 20,
      maxTimeout: 200,
      shouldRetry: ({ error }) => MADE_BY_ANOTHER.has(sqlStateOf(error) ?? ''),
    });
  } catch (error) {
    throw refusal(error);
  }
}

/** duplicate_object, duplicate_database, unique_violation, «tuple concurrently updated»: the next try finds it there. */
const MADE_BY_ANOTHER = new Set(['42710', '42P04', '23505', 'XX000']);

/** Statements of roles and databases take no parameters, so Postgres quotes the values into them. */
const LOGIN_AND_DATABASE = `
  SELECT format(
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :name) THEN 'ALTER' ELSE 'CREATE' END
      || ' ROLE %I LOGIN NOCREATEDB NOCREATEROLE PASSWORD %L', CAST(:name AS text), CAST(:verifier AS text)
  ) AS statement
  UNION ALL
  SELECT format('REVOKE %I FROM %I', granted.rolname, member.rolname)
  FROM pg_catalog.pg_auth_members AS membership
    JOIN pg_catalog.pg_roles AS granted ON granted.oid = membership.roleid
    JOIN pg_catalog.pg_roles AS member ON member.oid = membership.member
  WHERE member.rolname = :name
  UNION ALL
  -- Who gives a database to a role has to be a member of it.
  SELECT format('GRANT %I TO CURRENT_USER', CAST(:name AS text))
  UNION ALL
  SELECT format('CREATE DATABASE %I OWNER %I', CAST(:name AS text), CAST(:name AS text))
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = :name)
  UNION ALL
  SELECT format('ALTER DATABASE %I OWNER TO %I', CAST(:name AS text), CAST(:name AS text))
  UNION ALL
  SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', CAST(:name AS text))
`;
