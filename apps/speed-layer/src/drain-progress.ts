import { type Progress, showProgress } from '@antenna/cli';

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
