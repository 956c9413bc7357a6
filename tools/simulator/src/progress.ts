import { numberText, type Progress, showProgress } from '@antenna/cli';

/** Seconds between two lines where there is no terminal. */
const PLAIN_INTERVAL_MS = 5000;

/** Shows how many records have been sent: a bar on a terminal, a line now and then otherwise. */
export function showRecords(total: number, stream: NodeJS.WriteStream): Pick<Progress, 'reach' | 'stop'> {
  if (stream.isTTY) return showProgress(total, 'records', stream);
  let shownMs = performance.now();
  return {
    reach: (records) => {
      if (performance.now() - shownMs < PLAIN_INTERVAL_MS) return;
      shownMs = performance.now();
      stream.write(`${numberText(records)} of ${numberText(total)} records sent\n`);
    },
    stop: () => undefined,
  };
}
