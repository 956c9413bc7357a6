import { SingleBar } from 'cli-progress';

/** A progress bar on a terminal; without a terminal it writes nothing. */
export interface Progress {
  /** Names the step in progress. */
  step(text: string): void;
  /** Counts one unit of work as done. */
  advance(): void;
  /** Says how many units are done. */
  reach(done: number): void;
  /** Removes the bar. */
  stop(): void;
}

const SILENT: Progress = {
  step: () => undefined,
  advance: () => undefined,
  reach: () => undefined,
  stop: () => undefined,
};

/** @param total the number of units of work. @param unit their name in the plural. */
export function showProgress(total: number, unit: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return SILENT;
  const bar = new SingleBar({
    format: `{bar} {value}/{total} ${unit} | {duration_formatted} | {step}`,
    stream,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  bar.start(total, 0, { step: '' });
  return {
    step: (text) => {
      bar.update({ step: text });
    },
    advance: () => {
      bar.increment(1, { step: '' });
    },
    reach: (done) => {
      bar.update(done);
    },
    stop: () => {
      bar.stop();
    },
  };
}
