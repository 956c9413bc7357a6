import { loggedCommand, ProductError, setting, settingsGroup, wholeNumber } from '@antenna/cli';
import {
  checkSchema,
  connectWithRetry,
  type DatabaseConnection,
  databaseSettings,
  isPassingFailure,
  UnfitServerError,
} from '@antenna/usage-store';
import pRetry from 'p-retry';

const patienceSettings = settingsGroup({
  title: 'Patience',
  fields: {
    seconds: setting({
      name: 'wait-seconds',
      description: 'how long to wait',
      type: wholeNumber(0, 86_400),
      default: '600',
    }),
  },
  value: (values) => values,
});

/**
 * Waits until a worker of this version can work: its login exists, and the schema accepts its version. A deployment
 * runs this command before a worker, so that no worker starts before the provisioner has finished.
 */
export const wait = loggedCommand({
  name: 'wait',
  description: 'waits until the database accepts this login and has a schema that this version can use',
  settings: { connection: databaseSettings, patience: patienceSettings },
  run: async ({ connection, patience }, { log }) => {
    await pRetry(() => checked(connection), {
      retries: Infinity,
      minTimeout: 500,
      maxTimeout: 5_000,
      maxRetryTime: patience.seconds * 1000,
      shouldRetry: ({ error }) => mayPass(error),
      onFailedAttempt: ({ error, retryDelay }) => {
        if (retryDelay > 0) log.info('the database is not ready yet', { reason: error.message, retryInMs: retryDelay });
      },
    });
  },
});

async function checked(connection: DatabaseConnection): Promise<void> {
  const database = await connectWithRetry(connection, { applicationName: 'provisioner-wait', poolMax: 1, waitMs: 0 });
  try {
    await checkSchema(database);
  } finally {
    await database.destroy();
  }
}

/**
 * Whether provisioning can end this failure: a missing login, right or schema, an older schema, a database that is
 * down.
 */
function mayPass(error: Error): boolean {
  if (error instanceof UnfitServerError) return false;
  return error instanceof ProductError || isPassingFailure(error);
}
