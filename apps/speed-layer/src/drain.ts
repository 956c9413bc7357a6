import { loggedCommand, ProductError } from '@antenna/cli';
import { drained, PartitionsStoppedError } from './drained.ts';
import { IngestionSummary } from './ingestion-summary.ts';
import { logged } from './logged-events.ts';
import { connectWorker } from './connect-worker.ts';
import { untilStopped } from './until-stopped.ts';
import { workerSettings } from './worker-settings.ts';

/** What is left stays in the topic, and is processed by whoever comes next. */
class NotDrainedError extends ProductError {
  readonly code = 'NOT_DRAINED';
}

/** Processes what the topic holds, and ends. */
export const drain = loggedCommand({
  name: 'drain',
  description: 'processes all that the topic holds at the start, in every sink, and ends',
  settings: workerSettings,
  async run(settings, { log, out }) {
    const stopped = untilStopped();
    const summary = new IngestionSummary();
    const startedMs = Date.now();
    const open = await connectWorker(settings, { log, observer: logged(summary, log) });
    try {
      await open.worker.start();
      const outcome = await Promise.race([
        drained(open, settings.ingestion.sinks).then(
          () => 'drained' as const,
          (error: unknown) => {
            if (error instanceof PartitionsStoppedError) return error;
            throw error;
          },
        ),
        stopped,
        open.worker.failure,
      ]);
      // Everything is archived: noting the ends once more makes the hours final that can be.
      await open.worker.noteEnds();
      const seconds = (Date.now() - startedMs) / 1000;
      const isStopped = outcome instanceof PartitionsStoppedError;
      const ended = isStopped ? 'drained in part' : outcome === 'drained' ? 'drained' : `stopped by ${outcome}`;
      out(`${summary.text(ended, seconds)}\n`);
      if (isStopped) throw outcome;
      if (outcome !== 'drained') throw new NotDrainedError(`${outcome} came before all was processed`);
    } finally {
      await open.worker.stop();
      await open.close();
    }
  },
});
