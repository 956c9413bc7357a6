import type { Knex } from 'knex';

/**
 * Creates the group roles that are missing. Outside of any transaction: another database's transaction that creates the
 * same role would wait for the end of this one.
 */
export async function createGroupRoles(database: Knex): Promise<void> {
  await database.raw(CREATE_GROUP_ROLES);
}

/**
 * The roles that privileges are granted to; nobody logs in as one. Roles belong to the server: somebody may be
 * migrating another of its databases at the same moment, and win.
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
