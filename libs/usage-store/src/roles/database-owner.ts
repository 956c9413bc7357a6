import type { DatabaseConnection } from '@antenna/cli';
import type { Knex } from 'knex';
import { ensureLoginRole } from './login-role.ts';
import { despiteOtherProvisioners } from './other-provisioners.ts';

/** A login of another program that keeps its tables on the same server, in a database of the same name. */
interface DatabaseOwner {
  readonly name: string;
  readonly password: string;
}

/** Superset's users and dashboards. It has no rights to the product's database. */
export const SUPERSET_METADATA = 'superset';

/**
 * Creates a login and a database of the same name that it owns, which no other login may enter. A login that exists and is
 * ours gets the password; it loses whatever roles it was given, since Cloud SQL makes each user a member of
 * cloudsqlsuperuser, who may drop any database.
 * @throws {LoginTakenError} when it has another password, and from another installation.
 * @throws {PermissionDeniedError} when we may not create roles or databases.
 */
export async function ensureDatabaseOwner(
  database: Knex,
  connection: DatabaseConnection,
  { name, password }: DatabaseOwner,
): Promise<void> {
  await despiteOtherProvisioners(async () => {
    await ensureLoginRole(database, connection, { role: name, password });
    const { rows } = await database.raw<{ rows: { statement: string }[] }>(DATABASE_OF_LOGIN, { name });
    // Each by itself: a database is not created inside a transaction.
    for (const { statement } of rows) await database.raw(statement);
  });
}

/** What is missing. Statements of roles and databases take no parameters, so Postgres quotes the names into them. */
const DATABASE_OF_LOGIN = `
  WITH login AS (
    SELECT r.oid, r.rolname, r.rolcreatedb OR r.rolcreaterole AS may_create, d.oid AS database, d.datdba IS NOT DISTINCT FROM r.oid AS is_owner
    FROM pg_catalog.pg_roles AS r LEFT JOIN pg_catalog.pg_database AS d ON d.datname = r.rolname
    WHERE r.rolname = :name
  )
  SELECT format('ALTER ROLE %I NOCREATEDB NOCREATEROLE', rolname) AS statement FROM login WHERE may_create
  UNION ALL
  SELECT format('REVOKE %I FROM %I', granted.rolname, member.rolname)
  FROM pg_catalog.pg_auth_members AS membership
    JOIN pg_catalog.pg_roles AS granted ON granted.oid = membership.roleid
    JOIN pg_catalog.pg_roles AS member ON member.oid = membership.member
  WHERE member.rolname = :name
  UNION ALL
  -- Who gives a database to a role has to be a member of it.
  SELECT format('GRANT %I TO CURRENT_USER', rolname) FROM login WHERE NOT is_owner
  UNION ALL
  SELECT format('CREATE DATABASE %I OWNER %I', rolname, rolname) FROM login WHERE database IS NULL
  UNION ALL
  SELECT format('ALTER DATABASE %I OWNER TO %I', rolname, rolname) FROM login WHERE NOT is_owner
  UNION ALL
  SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', rolname) FROM login
  WHERE database IS NULL OR has_database_privilege('public', database, 'CONNECT, TEMPORARY')
`;
