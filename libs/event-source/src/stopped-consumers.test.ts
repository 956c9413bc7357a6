import Runner from 'kafkajs/src/consumer/runner.js';
import { endFetchersOfStopped } from './stopped-consumers.ts';

const nothing = () => undefined;
const logger = { namespace: () => logger, debug: nothing, info: nothing };

describe('a consumer', () => {
  it('that is stopped while its brokers change ends, and lets the process do other things', async () => {
    endFetchersOfStopped();
    const brokers = [0, 1];
    let looks = 0;
    const answer = Promise.withResolvers<readonly never[]>();
    const runner = new Runner({
      logger,
      instrumentationEmitter: { emit: nothing },
      concurrency: 1,
      onCrash: nothing,
      consumerGroup: {
        getNodeIds() {
          looks += 1;
          if (looks > 1_000) throw new Error('the fetchers go on for ever');
          return [...brokers];
        },
        fetch: (broker: number) => (broker === 1 ? answer.promise : Promise.resolve([])),
        heartbeat: () => {
          // The fetcher of broker 0 then notices the change, and that of broker 1 is waited for.
          brokers.push(2);
          return Promise.resolve();
        },
        leave: () => Promise.resolve(),
      },
    });
    runner.running = true;
    runner.scheduleFetchManager();
    await new Promise(setImmediate);
    const stopped = runner.stop();
    answer.resolve([]);
    await stopped;
    expect(looks).toBeLessThan(20);
  });
});
