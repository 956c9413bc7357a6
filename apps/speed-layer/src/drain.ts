import { loggedCommand, ProductError, type Progress, showProgress } from '@antenna/cli';
import { drained, PartitionsStoppedError } from './drained.ts';
import { IngestionSummary } from './ingestion-summary.ts';
import { logged } from './logged-events.ts';
import { connectWorker } from './connect-worker.ts';
import { untilStopped } from './ending.ts';
import { workerSettings } from './worker-settings.ts';

/** The drain was stopped early; the remaining records stay in the topic for the next worker. */
class NotDrainedError extends ProductError {
  readonly code = 'NOT_DRAINED';
}

/** Processes the records that the topic holds at the start, and ends. */
export const drain = loggedCommand({
  name: 'drain',
  description: 'processes all that the topic holds at the start, in every sink, and ends',
  settings: workerSettings,
  async run(settings, { log, out }) {
    const summary = new IngestionSummary();
    const startedMs = Date.now();
    const open = await connectWorker(settings, { log, observer: logged(summary, log), isDrain: true });
    // Until this line a signal ends the process at once, since there is nothing to save.
    const stopped = untilStopped();
    const progress = drainProgress();
    try {
      open.quotaEvents?.start();
      await open.worker.start();
      const outcome = await Promise.race([
        drained(open, settings.ingestion.sinks, progress.look).then(
          () => 'drained' as const,
          (error: unknown) => {
            if (error instanceof PartitionsStoppedError) return error;
            throw error;
          },
        ),
        stopped,
        open.worker.failure,
      ]);
      progress.stop();
      // All records are archived now: noting the end offsets once more lets hours become final.
      await open.worker.noteEnds();
      if (outcome === 'drained') await open.quotaEvents?.allSent();
      const seconds = (Date.now() - startedMs) / 1000;
      const isStopped = outcome instanceof PartitionsStoppedError;
      const ended = isStopped ? 'drained in part' : outcome === 'drained' ? 'drained' : `stopped by ${outcome}`;
      out(`${summary.text(ended, seconds)}\n`);
      if (isStopped) throw outcome;
      if (outcome !== 'drained') throw new NotDrainedError(`${outcome} came before all was processed`);
    } finally {
      progress.stop();
      await open.worker.stop();
      await open.quotaEvents?.stop();
      await open.close();
    }
  },
});

/** Shows how far a drain has read: as a bar on a terminal, not at all without one. */
interface DrainProgress {
  /** @param left the number of records that this worker still has to read; the first call sets the total of the bar. */
  readonly look: (left: number) => void;
  readonly stop: () => void;
}

export function drainProgress(stream: NodeJS.WriteStream = process.stderr): DrainProgress {
  let shown: { readonly bar: Progress; readonly total: number } | undefined;
  return {
    look(left) {
      shown ??= { bar: showProgress(left, 'records', stream), total: left };
      // The number grows beyond the total when this worker gets the partitions of a worker that leaves.
      shown.bar.reach(Math.max(0, shown.total - left));
      if (left === 0) shown.bar.step('archiving');
    },
    stop() {
      shown?.bar.stop();
      shown = undefined;
    },
  };
}
