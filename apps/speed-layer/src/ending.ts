/**
 * Resolves at the first SIGTERM or SIGINT. A second signal ends the process at once; nothing is lost, since records
 * that are not saved are read again.
 */
export function untilStopped(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let isFirst = true;
  const stop = (signal: NodeJS.Signals) => {
    if (!isFirst) process.exit(1);
    isFirst = false;
    resolve(signal);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  return promise;
}

/** Waits for the work, for at most `deadlineMs`. @returns whether the work has ended in time. */
export async function within(work: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  const { promise: deadline, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    resolve(false);
  }, deadlineMs);
  try {
    return await Promise.race([work.then(() => true), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
