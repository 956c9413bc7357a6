import { command, databaseSettings, kafkaSettings, logSettings } from '@antenna/cli';
import { createLogger } from '@antenna/telemetry';
import { checkSchema, connectWithRetry, StreamOperations } from '@antenna/usage-store';

/** The way back after Postgres's clock was ahead: what was noted by it would make hours final too early. */
export const forgetNotes = command({
  name: 'forget-notes',
  description: "forgets by when each partition was archived: for notes that Postgres's clock made while it was wrong",
  settings: { database: databaseSettings, kafka: kafkaSettings, log: logSettings },
  async run({ database: connection, kafka: { topic }, log: logging }, { secrets }) {
    const log = createLogger({ ...logging, name: 'speed-layer', secrets });
    const database = await connectWithRetry(connection, { applicationName: 'speed-layer-forget', log });
    try {
      await checkSchema(database);
      const partitions = await new StreamOperations(database, topic).forgetNotes();
      process.stdout.write(
        `forgotten of ${partitions} partitions of topic ${topic}: no hour is final until a worker has noted their ends ` +
          `anew and the archive has reached them\n`,
      );
    } finally {
      await database.destroy();
    }
  },
});
