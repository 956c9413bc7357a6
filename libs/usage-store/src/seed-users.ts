import type { Knex } from 'knex';
import { initialUsers } from './initial-users.ts';

/**
 * Adds each initial user once in the life of the database. Another run changes nothing: users keep later changes, and
 * deleted users stay deleted.
 */
export async function seedUsers(database: Knex): Promise<void> {
  await database.raw(ADD_USERS, { users: JSON.stringify(initialUsers) });
}

/** One statement, so that a user is both added and recorded as added, or neither. */
const ADD_USERS = `
  WITH initial AS (
    SELECT * FROM jsonb_to_recordset(CAST(:users AS jsonb)) AS u (id text, name text, email text, quota bigint)
  ), added AS (
    INSERT INTO pipeline.initial_user (id) SELECT id FROM initial ORDER BY id
    ON CONFLICT DO NOTHING
    RETURNING id
  )
  INSERT INTO public.user_metadata (id, name, email, quota)
  SELECT id, name, email, quota FROM initial JOIN added USING (id) ORDER BY id
  ON CONFLICT (id) DO NOTHING`;
