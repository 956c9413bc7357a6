import Runner from 'kafkajs/src/consumer/runner.js';

let isApplied = false;

/**
 * From now on a consumer in this process that is stopped also ends the fetchers that are made meanwhile. Unpatched, kafkajs
 * 2.2.4 makes new ones when the brokers have changed, also after `stop` has ended the former ones: they fetch nothing, for ever,
 * without leaving any other code or timer of the process a turn. stopped-consumers.test.ts pins the assumptions made here.
 */
export function endFetchersOfStopped(): void {
  if (isApplied) return;
  isApplied = true;
  const fetch = Reflect.get(Runner.prototype, 'fetch');
  Runner.prototype.fetch = function (this: Runner, nodeId: number) {
    // It also waits for the end of this call, and so cannot be awaited.
    if (!this.running) void this.fetchManager.stop();
    return fetch.call(this, nodeId);
  };
}
