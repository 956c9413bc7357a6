import { SingleBar } from 'cli-progress';

/** Shows on a terminal how far long work has come; elsewhere it is silent. */
export interface Progress {
  /** What is being done. */
  step(text: string): void;
  /** One of the units of work is done. */
  advance(): void;
  /** Takes the bar away. */
  stop(): void;
}

const SILENT: Progress = { step: () => undefined, advance: () => undefined, stop: () => undefined };

/** @param total units of work, called `unit`. */
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
    stop: () => {
      bar.stop();
    },
  };
}
