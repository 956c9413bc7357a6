import type { Knex } from 'knex';
import type { BenchUser } from '../workload/users.ts';

const insert = `
  INSERT INTO user_metadata (id, name, email, quota)
  SELECT id, name, email, quota
  FROM jsonb_to_recordset(?::jsonb) AS it (id text, name text, email text, quota bigint)`;

const ROWS_AT_A_TIME = 50_000;

export async function insertUsers(database: Knex, users: readonly BenchUser[]): Promise<void> {
  for (let from = 0; from < users.length; from += ROWS_AT_A_TIME) {
    const rows = users.slice(from, from + ROWS_AT_A_TIME).map((user) => ({ ...user, quota: user.quota.toString() }));
    await database.raw(insert, [JSON.stringify(rows)]);
  }
}
