import type { Knex } from 'knex';
import pRetry from 'p-retry';
import { sqlStateOf, toDomainError } from '../domain-error.ts';

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

/**
 * Roles belong to the server, so a provisioner of another database may create or change the same role at the same
 * moment. The SQLSTATEs are duplicate_object, duplicate_database, unique_violation and «tuple concurrently updated»;
 * the next attempt finds the role.
 */
const CHANGED_BY_ANOTHER = new Set(['42710', '42P04', '23505', 'XX000']);

/**
 * Retries an operation on roles that a concurrent provisioner disturbed.
 * @param operation must read the state of the roles anew each time.
 * @throws its refusal as an error of the core (domain-error.ts).
 */
export async function despiteOtherProvisioners(operation: () => Promise<void>): Promise<void> {
  try {
    await pRetry(operation, {
      retries: 10,
      minTimeout: 20,
      maxTimeout: 200,
      shouldRetry: ({ error }) => CHANGED_BY_ANOTHER.has(sqlStateOf(error) ?? ''),
    });
  } catch (error) {
    throw toDomainError(error);
  }
}
