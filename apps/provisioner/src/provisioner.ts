import { type App, loggedCommand } from '@antenna/cli';
import {
  checkExistingTables,
  connectWithRetry,
  databaseSettings,
  migrate,
  Patience,
  seedUsers,
} from '@antenna/usage-store';
import { createLogins, loginSettings } from './login-settings.ts';
import { grantRights, roleSettings } from './role-settings.ts';
import { wait } from './wait.ts';

/** The provisioner's messages to its user, in the user's language and words. */
const messages = {
  connected: 'Conexión establecida correctamente!',
  creatingTable: {
    bytes: 'Creando la tabla bytes (timestamp TIMESTAMP, id TEXT, value BIGINT, type TEXT)',
    bytes_hourly: 'Creando la tabla bytes_hourly (timestamp TIMESTAMP, id TEXT, value BIGINT, type TEXT)',
    user_quota_limit: 'Creando la tabla user_quota_limit (email TEXT, usage BIGINT, quota BIGINT, timestamp TIMESTAMP)',
    user_metadata: 'Creando la tabla user_metadata (id TEXT, name TEXT, email TEXT, quota BIGINT)',
  },
  addingUsers: 'Dando de alta la información de usuarios',
} as const;

const provision = loggedCommand({
  description:
    'Creates the tables, functions and roles of the database, and the initial users. Run again, it changes nothing.',
  settings: { connection: databaseSettings, passwords: loginSettings, roles: roleSettings },
  run: async ({ connection, passwords, roles }, { log, out }) => {
    const say = (message: string) => {
      out(`${message}\n`);
    };

    const patience = new Patience({ log });
    const database = await connectWithRetry(connection, { applicationName: 'provisioner', log });
    try {
      say(messages.connected);
      const missing = await patience.retry(() => checkExistingTables(database));
      for (const table of missing) say(messages.creatingTable[table]);
      await patience.retry(() => migrate(connection, { log }));
      await patience.retry(() => createLogins(database, connection, passwords));
      await patience.retry(() => grantRights(database, roles));
      say(messages.addingUsers);
      await patience.retry(() => seedUsers(database));
    } finally {
      await database.destroy();
    }
  },
});

/** The application and all its commands. */
export const provisioner: App = {
  name: 'provisioner',
  description: 'Prepares the database of the antenna usage totals.',
  commands: [provision, wait],
};
