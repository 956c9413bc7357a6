import type { Knex } from 'knex';
import { initialUsers } from './initial-users.ts';

/** Adds the initial users. Those who are there already stay as they are, whatever has been changed since. */
export async function seedUsers(database: Knex): Promise<void> {
  await database.withSchema('public').table('user_metadata').insert(initialUsers).onConflict('id').ignore();
}
