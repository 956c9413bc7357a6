import { loggedCommand } from '@antenna/cli';
import { kafkaSettings } from '@antenna/event-source';
import { checkSchema, connectWithRetry, databaseSettings, StreamOperations } from '@antenna/usage-store';

/**
 * Repairs the state after the clock of Postgres was ahead: end offsets noted with it would make hours final too early.
 */
export const forgetNotes = loggedCommand({
  name: 'forget-notes',
  description: "deletes the noted end offsets and archive times of the partitions, after Postgres's clock was wrong",
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
