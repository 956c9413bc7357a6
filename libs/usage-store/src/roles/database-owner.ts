import type { DatabaseConnection } from '../settings/database-settings.ts';
import type { Knex } from 'knex';
import { despiteOtherProvisioners, executeFormatted } from './role-statements.ts';
import { ensureLoginRole } from './login-role.ts';

/** The login of another program that has its own database, with the same name, on the same server. */
interface DatabaseOwner {
  readonly name: string;
  readonly password: string;
}

/** The login and database of Superset's metadata. It has no rights to the product's database. */
export const SUPERSET_METADATA = 'superset';

/**
 * Creates a login and a database of the same name that it owns and that no other login may enter. An existing login of
 * this installation gets the password. The login loses all roles that were granted to it, since Cloud SQL makes each
 * user a member of cloudsqlsuperuser, which may drop any database.
 * @throws {LoginTakenError} when the login has another password that this installation did not set.
 * @throws {PermissionDeniedError} when the provisioner may not create roles or databases.
 */
export async function ensureDatabaseOwner(
  database: Knex,
  connection: DatabaseConnection,
  { name, password }: DatabaseOwner,
): Promise<void> {
  await despiteOtherProvisioners(async () => {
    await ensureLoginRole(database, connection, { role: name, password });
    await executeFormatted(database, DATABASE_OF_LOGIN, { name });
  });
}

/**
 * The statements that are needed. Those of roles and databases take no parameters, so Postgres formats the names into
 * them.
 */
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
  -- Only a member of a role may give it a database.
  SELECT format('GRANT %I TO CURRENT_USER', rolname) FROM login WHERE NOT is_owner
  UNION ALL
  SELECT format('CREATE DATABASE %I OWNER %I', rolname, rolname) FROM login WHERE database IS NULL
  UNION ALL
  SELECT format('ALTER DATABASE %I OWNER TO %I', rolname, rolname) FROM login WHERE NOT is_owner
  UNION ALL
  SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', rolname) FROM login
  WHERE database IS NULL OR has_database_privilege('public', database, 'CONNECT, TEMPORARY')
`;
