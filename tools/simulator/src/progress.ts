import cliProgress from 'cli-progress';
import { grouped } from './tally.ts';

export interface Progress {
  update(records: number): void;
  stop(): void;
}

/** Seconds between two lines where there is no terminal. */
const PLAIN_INTERVAL_MS = 5000;

/** Shows how many records have been sent: a bar on a terminal, a line now and then otherwise. */
export function showProgress(total: number, stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bar(total, stream) : lines(total, stream);
}

function bar(total: number, stream: NodeJS.WriteStream): Progress {
  const format = '{bar} {percentage} % | {value} of {total} records | {eta_formatted} to go';
  const shown = new cliProgress.SingleBar({ format, stream, clearOnComplete: true }, cliProgress.Presets.rect);
  shown.start(total, 0);
  return {
    update: (records) => {
      shown.update(records);
    },
    stop: () => {
      shown.stop();
    },
  };
}

function lines(total: number, stream: NodeJS.WriteStream): Progress {
  let shownMs = performance.now();
  return {
    update: (records) => {
      if (performance.now() - shownMs < PLAIN_INTERVAL_MS) return;
      shownMs = performance.now();
      stream.write(`${grouped(records)} of ${grouped(total)} records sent\n`);
    },
    stop: () => undefined,
  };
}
