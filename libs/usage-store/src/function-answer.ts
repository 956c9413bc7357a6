import type { Knex } from 'knex';
import { callFunction } from './call-function.ts';
import { toUnavailable } from './passing-failure.ts';

/**
 * Calls a function that returns one value, for the commands of operators, which fail with a message where a worker
 * would retry.
 * @throws {DatabaseUnavailableError} for a transient failure.
 * @throws the function's refusal as an error of the core (domain-error.ts).
 */
export async function functionAnswer<Answer>(
  database: Knex,
  statement: string,
  parameters: Readonly<Record<string, Knex.RawBinding>>,
): Promise<Answer> {
  const [row] = await callFunction<{ readonly answer: Answer }>(database, statement, parameters).catch(
    (error: unknown) => {
      throw toUnavailable(error);
    },
  );
  if (row === undefined) throw new TypeError('a function returned no row');
  return row.answer;
}
