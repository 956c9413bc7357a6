import type { Knex } from 'knex';
import pRetry from 'p-retry';
import { refusal, sqlStateOf } from '../refusal.ts';
import { scramVerifier } from './scram-verifier.ts';

/** Somebody who logs in, and the group whose rights they have. */
export interface Login {
  readonly role: string;
  readonly group: 'antenna_speed' | 'antenna_batch' | 'antenna_reader';
}

export const LOGINS = {
  speedLayer: { role: 'antenna_speed_layer', group: 'antenna_speed' },
  batchLayer: { role: 'antenna_batch_layer', group: 'antenna_batch' },
  reader: { role: 'antenna_dashboards', group: 'antenna_reader' },
} as const satisfies Record<string, Login>;

/** A role is missing for one of two at a time, or its row changes under the other: the second try finds it there. */
const AT_THE_SAME_TIME = new Set(['42710', '23505', 'XX000']);

/**
 * Creates a login with this password and the rights of its group; one that exists gets the password.
 * @throws {PermissionDeniedError} when we may not create roles, or not give away the group's rights.
 */
export async function ensureLogin(database: Knex, login: Login, password: string): Promise<void> {
  try {
    await pRetry(() => grantLogin(database, login, scramVerifier(password)), {
      retries: 10,
      minTimeout: 20,
      maxTimeout: 200,
      shouldRetry: ({ error }) => AT_THE_SAME_TIME.has(sqlStateOf(error) ?? ''),
    });
  } catch (error) {
    throw refusal(error);
  }
}

async function grantLogin(database: Knex, { role, group }: Login, verifier: string): Promise<void> {
  const { rows } = await database.raw<{ rows: { statement: string }[] }>(STATEMENTS, { role, group, verifier });
  for (const { statement } of rows) await database.raw(statement);
}

/** A role's statements take no parameters, so Postgres quotes the values into them. */
const STATEMENTS = `
  SELECT format(
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :role) THEN 'ALTER' ELSE 'CREATE' END
      || ' ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:verifier AS text)
  ) AS statement
  UNION ALL
  SELECT format('GRANT %I TO %I', CAST(:group AS text), CAST(:role AS text))
`;
