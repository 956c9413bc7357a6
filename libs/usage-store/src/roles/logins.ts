import { type DatabaseConnection, ProductError } from '@antenna/cli';
import type { Knex } from 'knex';
import { sqlStateOf } from '../domain-error.ts';
import { ensureLoginRole, type LoginRole } from './login-role.ts';
import { GRANT_GROUP } from './login-role.sql.ts';
import { despiteOtherProvisioners } from './other-provisioners.ts';

/** Somebody who logs in, and the group whose rights they have. */
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
 * Creates a login with this password and the rights of its group. One that exists gets what it lacks of them.
 * @throws {LoginTakenError} when it has another password, and from another installation.
 * @throws {PermissionDeniedError} when we may not create roles, or not give away the group's rights.
 */
export async function ensureLogin(
  database: Knex,
  connection: DatabaseConnection,
  { role, group, password }: Login & LoginRole,
): Promise<void> {
  await despiteOtherProvisioners(async () => {
    await ensureLoginRole(database, connection, { role, password });
    await giveGroup(database, { role, group });
  });
}

/**
 * Gives a login that exists the rights of a group: one that has no password of ours, as the service accounts of a cloud.
 * @throws {RoleMissingError} when it does not.
 * @throws {PermissionDeniedError} when we may not give away the group's rights.
 */
export async function grantGroup(database: Knex, { role, group }: Login): Promise<void> {
  try {
    await despiteOtherProvisioners(() => giveGroup(database, { role, group }));
  } catch (error) {
    if (sqlStateOf(error) === UNDEFINED_OBJECT) throw new RoleMissingError(role, { cause: error });
    throw error;
  }
}

/** A login that somebody else was to make is not there. */
class RoleMissingError extends ProductError {
  readonly code = 'ROLE_MISSING';

  constructor(role: string, options?: ErrorOptions) {
    super(`the database has no role ${role}: create it first (Cloud SQL: as an IAM user of the instance)`, options);
  }
}

const UNDEFINED_OBJECT = '42704';

async function giveGroup(database: Knex, { role, group }: Login): Promise<void> {
  const { rows } = await database.raw<{ rows: { statement: string }[] }>(GRANT_GROUP, { role, group });
  for (const { statement } of rows) await database.raw(statement);
}
