import { databaseSettings, formatReport, loggedCommand, outputSettings } from '@antenna/cli';
import { kafkaSettings } from '@antenna/event-source';
import { connectWithRetry, StreamProgress } from '@antenna/usage-store';
import { progressReport } from './progress-report.ts';

/** Shows the progress of the stream by partition. */
export const status = loggedCommand({
  name: 'status',
  description: 'shows positions, lag and watermarks by partition, and which worker has it; how late the events are',
  settings: { output: outputSettings, database: databaseSettings, kafka: kafkaSettings },
  async run({ output, database: connection, kafka: { topic } }, { log, out }) {
    const database = await connectWithRetry(connection, { applicationName: 'speed-layer-status', log });
    try {
      const progress = new StreamProgress(database, topic);
      const [partitions, faults] = [await progress.partitions(), await progress.faults()];
      const [refused, lateness] = [await progress.refusedRecords(), await progress.lateness()];
      out(formatReport(progressReport({ topic, partitions, faults, refused, lateness }), output));
    } finally {
      await database.destroy();
    }
  },
});
