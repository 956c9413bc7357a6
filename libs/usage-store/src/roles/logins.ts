import { ProductError } from '@antenna/cli';
import type { Knex } from 'knex';
import pRetry from 'p-retry';
import { refusal, sqlStateOf } from '../refusal.ts';
import { scramVerifier } from './scram-verifier.ts';

/** Somebody who logs in, and the group whose rights they have. */
export interface Login {
  readonly role: string;
  readonly group: 'antenna_speed' | 'antenna_batch' | 'antenna_operator' | 'antenna_reader';
}

export const LOGINS = {
  speedLayer: { role: 'antenna_speed_layer', group: 'antenna_speed' },
  batchLayer: { role: 'antenna_batch_layer', group: 'antenna_batch' },
  operator: { role: 'antenna_operations', group: 'antenna_operator' },
  reader: { role: 'antenna_dashboards', group: 'antenna_reader' },
} as const satisfies Record<string, Login>;

/** A role is missing for one of two at a time, or its row changes under the other: the second try finds it there. */
const AT_THE_SAME_TIME = new Set(['42710', '23505', 'XX000']);

/**
 * Creates a login with this password and the rights of its group; one that exists gets the password.
 * @throws {PermissionDeniedError} when we may not create roles, or not give away the group's rights.
 */
export async function ensureLogin(database: Knex, { role, group }: Login, password: string): Promise<void> {
  await executed(database, LOGIN_AND_GROUP, { role, group, verifier: scramVerifier(password) });
}

/** Somebody who logs in by other means than a password of ours, as the service accounts of a cloud do. */
export interface Member {
  readonly role: string;
  readonly group: Login['group'];
}

/**
 * Gives a login that exists the rights of a group.
 * @throws {RoleMissingError} when it does not.
 * @throws {PermissionDeniedError} when we may not give away the group's rights.
 */
export async function grantGroup(database: Knex, { role, group }: Member): Promise<void> {
  try {
    await executed(database, GROUP, { role, group });
  } catch (error) {
    if (sqlStateOf(error) === UNDEFINED_OBJECT) throw new RoleMissingError(role, { cause: error });
    throw error;
  }
}

/** A login that somebody else was to make is not there. */
class RoleMissingError extends ProductError {
  readonly code = 'ROLE_MISSING';

  constructor(role: string, options?: ErrorOptions) {
    super(`the database has no role ${role}: create it first (Cloud SQL: as an IAM user of the instance)`, options);
  }
}

const UNDEFINED_OBJECT = '42704';

/** Has Postgres write the statements, then executes them, again where somebody else changes the same role. */
async function executed(database: Knex, texts: string, values: Readonly<Record<string, string>>): Promise<void> {
  const run = async () => {
    const { rows } = await database.raw<{ rows: { statement: string }[] }>(texts, values);
    for (const { statement } of rows) await database.raw(statement);
  };
  try {
    await pRetry(run, {
      retries: 10,
      minTimeout: 20,
      maxTimeout: 200,
      shouldRetry: ({ error }) => AT_THE_SAME_TIME.has(sqlStateOf(error) ?? ''),
    });
  } catch (error) {
    throw refusal(error);
  }
}

const GROUP = `SELECT format('GRANT %I TO %I', CAST(:group AS text), CAST(:role AS text)) AS statement`;

/** A role's statements take no parameters, so Postgres quotes the values into them. */
const LOGIN_AND_GROUP = `
  SELECT format(
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :role) THEN 'ALTER' ELSE 'CREATE' END
      || ' ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:verifier AS text)
  ) AS statement
  UNION ALL
  ${GROUP}
`;
