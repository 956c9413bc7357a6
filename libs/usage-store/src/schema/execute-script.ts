import type { Knex } from 'knex';

/** Executes statements without parameters as they stand: to knex a question mark would be a parameter. */
export async function executeScript(database: Knex, sql: string): Promise<void> {
  await database.raw(sql.replaceAll('?', String.raw`\?`));
}
