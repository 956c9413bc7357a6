import type { Knex } from 'knex';

/** Executes statements without parameters. Escapes question marks, which knex would read as parameters. */
export async function executeScript(database: Knex, sql: string): Promise<void> {
  await database.raw(sql.replaceAll('?', String.raw`\?`));
}
