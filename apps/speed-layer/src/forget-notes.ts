import { databaseSettings, loggedCommand } from '@antenna/cli';
import { kafkaSettings } from '@antenna/event-source';
import { checkSchema, connectWithRetry, StreamOperations } from '@antenna/usage-store';

/** The way back after Postgres's clock was ahead: what was noted by it would make hours final too early. */
export const forgetNotes = loggedCommand({
  name: 'forget-notes',
  description: "forgets by when each partition was archived: for notes that Postgres's clock made while it was wrong",
  settings: { database: databaseSettings, kafka: kafkaSettings },
  async run({ database: connection, kafka: { topic } }, { log, out }) {
    const database = await connectWithRetry(connection, { applicationName: 'speed-layer-forget', log });
    try {
      await checkSchema(database);
      const partitions = await new StreamOperations(database, topic).forgetNotes();
      out(
        `forgotten of ${partitions} partitions of topic ${topic}: no hour is final until a worker has noted their ends ` +
          `anew and the archive has reached them\n`,
      );
    } finally {
      await database.destroy();
    }
  },
});
