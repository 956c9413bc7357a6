import type { Knex } from 'knex';

/**
 * Executes statements that Postgres formats, since statements on roles and databases take no parameters.
 * @param query returns the statements in order, in column `statement`, each name and text quoted by `format`.
 */
export async function executeFormatted(
  database: Knex,
  query: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await database.raw<{ rows: { statement: string }[] }>(query, values);
  // Separate statements: Postgres creates no database inside a transaction, nor among several statements of one call.
  for (const { statement } of rows) await database.raw(statement);
}
