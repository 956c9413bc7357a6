import { ProductError } from '@antenna/cli';
import type { DatabaseConnection } from '../settings/database-settings.ts';
import type { Knex } from 'knex';
import { sqlStateOf } from '../domain-error.ts';
import { despiteOtherProvisioners, executeFormatted } from './role-statements.ts';
import { ensureLoginRole, type LoginRole } from './login-role.ts';
import { GRANT_GROUP } from './login-role.sql.ts';

/** A login, and the group whose rights it has. */
export interface Login {
  readonly role: string;
  readonly group: 'antenna_speed' | 'antenna_batch' | 'antenna_operator' | 'antenna_reader';
}

export const LOGINS = {
  speedLayer: { role: 'antenna_speed_layer', group: 'antenna_speed' },
  batchLayer: { role: 'antenna_batch_layer', group: 'antenna_batch' },
  operator: { role: 'antenna_operations', group: 'antenna_operator' },
  reader: { role: 'antenna_dashboards', group: 'antenna_reader' },
} as const satisfies Record<string, Login>;

/**
 * Creates a login with this password and the rights of its group. An existing login gets those that it lacks.
 * @throws {LoginTakenError} when it has another password that this installation did not set.
 * @throws {PermissionDeniedError} when the provisioner may not create roles, or may not grant the group.
 */
export async function ensureLogin(
  database: Knex,
  connection: DatabaseConnection,
  { role, group, password }: Login & LoginRole,
): Promise<void> {
  await despiteOtherProvisioners(async () => {
    await ensureLoginRole(database, connection, { role, password });
    await executeFormatted(database, GRANT_GROUP, { role, group });
  });
}

/**
 * Grants the rights of a group to a login that the provisioner does not create, such as a service account of a cloud.
 * @throws {RoleMissingError} when the login does not exist.
 * @throws {PermissionDeniedError} when the provisioner may not grant the group.
 */
export async function grantGroup(database: Knex, { role, group }: Login): Promise<void> {
  try {
    await despiteOtherProvisioners(() => executeFormatted(database, GRANT_GROUP, { role, group }));
  } catch (error) {
    if (sqlStateOf(error) === UNDEFINED_OBJECT) throw new RoleMissingError(role, { cause: error });
    throw error;
  }
}

/** The login to which a group must be granted does not exist. */
class RoleMissingError extends ProductError {
  readonly code = 'ROLE_MISSING';

  constructor(role: string, options?: ErrorOptions) {
    super(`the database has no role ${role}: create it first (Cloud SQL: as an IAM user of the instance)`, options);
  }
}

const UNDEFINED_OBJECT = '42704';
