import { type Progress, showProgress } from '@antenna/cli';

/** How far a drain is: a bar on a terminal, nothing elsewhere. */
interface DrainProgress {
  /** @param left the records that are still to be read, of the partitions of this worker; the first one is the whole. */
  readonly look: (left: number) => void;
  readonly stop: () => void;
}

export function drainProgress(stream: NodeJS.WriteStream = process.stderr): DrainProgress {
  let shown: { readonly bar: Progress; readonly total: number } | undefined;
  return {
    look(left) {
      shown ??= { bar: showProgress(left, 'records', stream), total: left };
      // Another worker that joins takes partitions away, one that leaves hands its own over.
      shown.bar.reach(Math.max(0, shown.total - left));
      if (left === 0) shown.bar.step('archiving');
    },
    stop() {
      shown?.bar.stop();
      shown = undefined;
    },
  };
}
