import type { Knex } from 'knex';
import { toDomainError } from './domain-error.ts';
import type { Patience } from './patience.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { toUnavailable } from './passing-failure.ts';

/**
 * Calls a function of schema `pipeline` with the schema version that this program is built for. A call is one statement
 * and one transaction, so that a frozen client holds no transaction open.
 * @throws the function's refusal as an error of the core (domain-error.ts).
 */
export async function callFunction<Row>(
  database: Knex,
  statement: string,
  parameters: Readonly<Record<string, Knex.RawBinding>>,
): Promise<Row[]> {
  try {
    const { rows } = await database.raw<{ rows: Row[] }>(statement, { version: SCHEMA_VERSION, ...parameters });
    return rows;
  } catch (error) {
    throw toDomainError(error);
  }
}

/** Calls a function that returns exactly one row. @throws the same errors as `callFunction`. */
export async function callForRow<Row>(...call: Parameters<typeof callFunction>): Promise<Row> {
  const [row] = await callFunction<Row>(...call);
  if (row === undefined) throw new TypeError('a function returned no row');
  return row;
}

/**
 * Calls a function that returns one value, in a column `answer`.
 * @param patience retries the call, which must then be fenced or idempotent.
 * @throws the same errors as `callFunction`.
 */
export function answerOf<Answer>(
  database: Knex,
  statement: string,
  parameters: Readonly<Record<string, Knex.RawBinding>>,
  patience?: Patience,
): Promise<Answer> {
  const call = async () => (await callForRow<{ readonly answer: Answer }>(database, statement, parameters)).answer;
  return patience?.retry(call) ?? call();
}

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
    return await answerOf<Answer>(database, statement, parameters);
  } catch (error) {
    throw toUnavailable(error);
  }
}

/**
 * The JSON form of T, as the functions return it: large integers are texts, since a JSON number holds only those up to
 * 2^53 exactly, and null stands for undefined.
 */
export type Json<T, Texts extends keyof T, Nulls extends keyof T = never> = Omit<T, Texts | Nulls> & {
  readonly [Key in Texts]: undefined extends T[Key] ? string | null : string;
} & { readonly [Key in Nulls]: Exclude<T[Key], undefined> | null };

export function optionalInteger(text: string | null): bigint | undefined {
  return text === null ? undefined : BigInt(text);
}
