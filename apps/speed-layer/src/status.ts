import { formatReport, loggedCommand, outputSettings, type Report, showReport, watchSettings } from '@antenna/cli';
import { kafkaSettings } from '@antenna/event-source';
import type { Logger } from '@antenna/telemetry';
import { connectWithRetry, type DatabaseConnection, databaseSettings, StreamProgress } from '@antenna/usage-store';
import { progressReport, type ProgressRow } from './progress-report.ts';

/** Shows the progress of the stream by partition. */
export const status = loggedCommand({
  name: 'status',
  description: 'shows positions, lag and watermarks by partition, and which worker has it; how late the events are',
  settings: { output: outputSettings, watch: watchSettings, database: databaseSettings, kafka: kafkaSettings },
  async run({ output, watch, database, kafka: { topic } }, { log, out }) {
    const read = async () => formatReport(await readProgress(database, { topic, log }), output);
    await showReport(read, watch, { out, isTerminal: process.stdout.isTTY });
  },
});

/** Reads the progress of a topic's partitions. */
export async function readProgress(
  connection: DatabaseConnection,
  { topic, log }: { readonly topic: string; readonly log: Logger },
): Promise<Report<ProgressRow>> {
  const database = await connectWithRetry(connection, { applicationName: 'speed-layer-status', log });
  try {
    const progress = new StreamProgress(database, topic);
    const [partitions, faults] = [await progress.partitions(), await progress.faults()];
    const [refused, lateness] = [await progress.refusedRecords(), await progress.lateness()];
    return progressReport({ topic, partitions, faults, refused, lateness });
  } finally {
    await database.destroy();
  }
}
