import { type App, databaseSettings, loggedCommand } from '@antenna/cli';
import { checkExistingTables, connectWithRetry, migrate, Patience, seedUsers } from '@antenna/usage-store';
import { createLogins, loginSettings } from './login-settings.ts';
import { messages } from './messages.ts';
import { grantRights, roleSettings } from './role-settings.ts';
import { wait } from './wait.ts';

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
