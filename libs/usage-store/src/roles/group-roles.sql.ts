import type { Knex } from 'knex';

/**
 * Creates the missing group roles, outside of any transaction: a migration of another database that creates the same
 * role would wait for the end of the transaction.
 */
export async function createGroupRoles(database: Knex): Promise<void> {
  await database.raw(CREATE_GROUP_ROLES);
}

/**
 * The roles that privileges are granted to; they cannot log in. Roles belong to the server, so a concurrent migration
 * of another database may create the same role first.
 */
export const CREATE_GROUP_ROLES = `
  DO $$
  DECLARE
    wanted text;
  BEGIN
    FOREACH wanted IN ARRAY ARRAY['antenna_batch', 'antenna_operator', 'antenna_reader', 'antenna_speed'] LOOP
      CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted);
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
      END;
    END LOOP;
  END
  $$;
`;
