import type { Knex } from 'knex';
import { callForRow } from './call-function.ts';
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
  try {
    const { answer } = await callForRow<{ readonly answer: Answer }>(database, statement, parameters);
    return answer;
  } catch (error) {
    throw toUnavailable(error);
  }
}
