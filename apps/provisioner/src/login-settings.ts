import { optionalSetting, secretFile, settingsGroup } from '@antenna/cli';
import {
  type DatabaseConnection,
  ensureDatabaseOwner,
  ensureLogin,
  LOGINS,
  SUPERSET_METADATA,
} from '@antenna/usage-store';
import type { Knex } from 'knex';

/** Passwords of the logins to create; a login without a password is neither created nor changed. */
export const loginSettings = settingsGroup({
  title: 'Logins',
  fields: {
    speedLayer: passwordOf('SPEED_LAYER_PASSWORD_FILE', LOGINS.speedLayer.role),
    batchLayer: passwordOf('BATCH_LAYER_PASSWORD_FILE', LOGINS.batchLayer.role),
    operator: passwordOf('OPERATOR_PASSWORD_FILE', LOGINS.operator.role),
    reader: passwordOf('READER_PASSWORD_FILE', LOGINS.reader.role),
    supersetMetadata: optionalSetting({
      name: 'SUPERSET_METADATA_PASSWORD_FILE',
      description: `file with a password: creates the login ${SUPERSET_METADATA} and a database of its own, for Superset`,
      type: secretFile,
    }),
  },
  value: (passwords) => passwords,
});

type Passwords = Readonly<Record<keyof typeof LOGINS | 'supersetMetadata', string | undefined>>;

/** Creates each login whose password is given, or sets the password of one that an earlier run created. */
export async function createLogins(
  database: Knex,
  connection: DatabaseConnection,
  { supersetMetadata, ...passwords }: Passwords,
): Promise<void> {
  for (const worker of ['speedLayer', 'batchLayer', 'operator', 'reader'] as const) {
    const password = passwords[worker];
    if (password !== undefined) await ensureLogin(database, connection, { ...LOGINS[worker], password });
  }
  if (supersetMetadata === undefined) return;
  await ensureDatabaseOwner(database, connection, { name: SUPERSET_METADATA, password: supersetMetadata });
}

function passwordOf(name: string, role: string) {
  return optionalSetting({ name, description: `file with a password: creates the login ${role}`, type: secretFile });
}
