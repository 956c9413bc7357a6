import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { ProductError } from '@antenna/cli';
import type { Knex } from 'knex';
import { Client } from 'pg';
import type { DatabaseConnection } from '../settings/database-settings.ts';
import { clientOptions } from '../driver-options.ts';
import { INSUFFICIENT_PRIVILEGE, sqlStateOf } from '../domain-error.ts';
import { executeFormatted } from './role-statements.ts';
import { CREATE_ROLE, GIVE_PASSWORD, ROLE_STATE } from './login-role.sql.ts';

/** A role that can log in with a password. */
export interface LoginRole {
  readonly role: string;
  readonly password: string;
}

interface RoleState {
  readonly exists: boolean;
  /**
   * The database whose provisioner set the password, from the role's comment; null when no provisioner created the
   * role.
   */
  readonly database: string | null;
  /** Whether that is this database, or one that no longer exists. */
  readonly isOurs: boolean;
}

/** A login exists whose password another installation or a person has set. */
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
 * Creates a login with this password. An existing login gets the password if a provisioner of this database created it;
 * any other must have the password already. Roles belong to the server, and so to all of its databases.
 * @param connection a connection to this database; its server is used to try the password.
 * @throws {LoginTakenError} when it has another password that this installation did not set.
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
    // Since Postgres 16 only a role with ADMIN OPTION on another may change it.
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

/** Changes the role in one transaction. */
async function execute(database: Knex, query: string, { role, password }: LoginRole): Promise<void> {
  const values = { role, verifier: scramVerifier(password) };
  await database.transaction((transaction) => executeFormatted(transaction, query, values));
}

/**
 * Tries to log in. The server checks the password before the right to enter the database, so a missing right also
 * proves it.
 */
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

const ITERATIONS = 4096;

/**
 * The verifier that Postgres stores for a password (RFC 5803). With it no statement, and so no log of the server,
 * contains the password.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  // The part of SASLprep that the drivers apply to letters: Unicode normalization form KC.
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
