import type { Knex } from 'knex';
import { toDomainError } from './domain-error.ts';
import { SCHEMA_VERSION } from './schema-version.ts';

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
