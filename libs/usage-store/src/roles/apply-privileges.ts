import type { Knex } from 'knex';
import { PRIVILEGES } from './privileges.sql.ts';
import { REVOKE_PUBLIC_RIGHTS } from './public-rights.sql.ts';

/** Grants each group role exactly the rights that it needs, in the transaction that declares the functions. */
export async function applyPrivileges(transaction: Knex.Transaction): Promise<void> {
  await transaction.raw(PRIVILEGES);
  await transaction.raw(REVOKE_PUBLIC_RIGHTS);
}
