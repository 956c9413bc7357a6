import { type DatabaseConnection, ProductError } from '@antenna/cli';
import type { Knex } from 'knex';
import { Client } from 'pg';
import { clientOptions } from '../driver-options.ts';
import { INSUFFICIENT_PRIVILEGE, sqlStateOf } from '../domain-error.ts';
import { CREATE_ROLE, GIVE_PASSWORD, ROLE_STATE } from './login-role.sql.ts';
import { scramVerifier } from './scram-verifier.ts';

/** A role that logs in with a password. */
export interface LoginRole {
  readonly role: string;
  readonly password: string;
}

interface RoleState {
  readonly exists: boolean;
  /** The database whose provisioner gave the password, as the role's comment says; null when somebody else made the role. */
  readonly database: string | null;
  /** That is this database, or one that the server no longer has. */
  readonly isOurs: boolean;
}

/** A login exists, and its password is another installation's, or a person's. */
class LoginTakenError extends ProductError {
  readonly code = 'LOGIN_TAKEN';

  constructor(role: string, database: string | null, options?: ErrorOptions) {
    const owner = database === null ? 'somebody else' : `the provisioner of database ${database} on this server`;
    super(
      `login ${role} has another password than the one that is given, and has it from ${owner}, whose programs it would lock ` +
        `out: give this installation the same password; or change it for both by hand (\\\\password ${role} in psql); or have ` +
        `a login of another name made and name it in SPEED_LAYER_ROLE, BATCH_LAYER_ROLE, OPERATOR_ROLE or READER_ROLE`,
      options,
    );
  }
}

/**
 * Creates a login with this password. One that exists gets the password where this database's provisioner made it; where
 * somebody else did, it has to have the password already. Roles belong to the server, and so to all of its databases.
 * @param connection to this database, whatever its login: passwords are tried at its server.
 * @throws {LoginTakenError} when it has another password that is not ours to change.
 */
export async function ensureLoginRole(
  database: Knex,
  connection: DatabaseConnection,
  { role, password }: LoginRole,
): Promise<void> {
  const { exists, database: owner, isOurs } = await stateOf(database, role);
  if (!exists) return execute(database, CREATE_ROLE, { role, password });
  try {
    if (!isOurs) throw new LoginTakenError(role, owner);
    await execute(database, GIVE_PASSWORD, { role, password });
  } catch (error) {
    // Since Postgres 16 the right to change a role is ADMIN OPTION on it.
    const isNotOurs = error instanceof LoginTakenError || sqlStateOf(error) === INSUFFICIENT_PRIVILEGE;
    if (!isNotOurs || !(await hasPassword(connection, { role, password }))) throw error;
  }
}

async function stateOf(database: Knex, role: string): Promise<RoleState> {
  const { rows } = await database.raw<{ rows: RoleState[] }>(ROLE_STATE, { role });
  const [state] = rows;
  if (state === undefined) throw new TypeError('the server returned no row');
  return state;
}

/** Has Postgres write the statements, since those of a role take no parameters; executes all of them or none. */
async function execute(database: Knex, texts: string, { role, password }: LoginRole): Promise<void> {
  await database.transaction(async (transaction) => {
    const values = { role, verifier: scramVerifier(password) };
    const { rows } = await transaction.raw<{ rows: { statement: string }[] }>(texts, values);
    for (const { statement } of rows) await transaction.raw(statement);
  });
}

/** Tries to log in. A login that may not enter this database is told so only after its password was found right. */
async function hasPassword(connection: DatabaseConnection, { role, password }: LoginRole): Promise<boolean> {
  const client = new Client({ ...clientOptions(connection, 'provisioner'), user: role, password });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (sqlStateOf(error) === INSUFFICIENT_PRIVILEGE) return true;
    if (sqlStateOf(error) === INVALID_PASSWORD) return false;
    throw error;
  } finally {
    await client.end();
  }
}

const INVALID_PASSWORD = '28P01';
