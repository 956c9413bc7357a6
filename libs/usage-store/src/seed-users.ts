import type { Knex } from 'knex';

/** A row of public.user_metadata. */
interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Bytes per hour. */
  readonly quota: number;
}

const quotas: readonly (readonly [name: string, quota: number])[] = [
  ['andres', 200_000],
  ['paco', 300_000],
  ['juan', 100_000],
  ['fede', 5_000],
  ['gorka', 200_000],
  ['luis', 200_000],
  ['eric', 300_000],
  ['carlos', 100_000],
  ['david', 300_000],
  ['juanchu', 300_000],
  ['charo', 300_000],
  ['delicidas', 1_000_000],
  ['milagros', 200_000],
  ['antonio', 1_000_000],
  ['sergio', 1_000_000],
  ['maria', 1_000_000],
  ['cristina', 300_000],
  ['lucia', 300_000],
  ['carlota', 200_000],
  ['emilio', 200_000],
];

/** The users of a new installation; their ids count from 1. */
export const initialUsers: readonly User[] = quotas.map(([name, quota], index) => ({
  id: `00000000-0000-0000-0000-${String(index + 1).padStart(12, '0')}`,
  name,
  email: `${name}@gmail.com`,
  quota,
}));

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
