/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once: whoever sends it does not want to
 * wait, and nothing is lost, since what is unsaved is read again.
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
