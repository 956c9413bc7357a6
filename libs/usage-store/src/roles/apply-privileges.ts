import type { Knex } from 'knex';
import { CREATE_GROUP_ROLES } from './group-roles.sql.ts';
import { PRIVILEGES } from './privileges.sql.ts';
import { REVOKE_PUBLIC_RIGHTS } from './public-rights.sql.ts';

/** Creates the group roles that are missing, and gives each exactly the rights that it needs, in one transaction. */
export async function applyPrivileges(database: Knex): Promise<void> {
  // On its own: another database's transaction that creates the same role would wait for this one's end.
  await database.raw(CREATE_GROUP_ROLES);
  await database.transaction(async (transaction) => {
    await transaction.raw(PRIVILEGES);
    await transaction.raw(REVOKE_PUBLIC_RIGHTS);
  });
}
