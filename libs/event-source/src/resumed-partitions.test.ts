import { setImmediate } from 'node:timers/promises';
import manifest from 'kafkajs/package.json' with { type: 'json' };
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { fetchOnceResumed } from './resumed-partitions.ts';

const releasedFetch = Reflect.get(ConsumerGroup.prototype, 'fetch');

/** Much longer than a test may take. */
const LONG_MS = 3_600_000;

beforeAll(() => {
  fetchOnceResumed();
});

interface Script {
  readonly paused: Set<number>;
  readonly refreshed: number[];
  readonly fetched: number[];
}

/** A group that reads partition 0 from broker 1, and partition 1 from broker 2. No broker is asked for metadata. */
function aGroup({ paused, refreshed, fetched }: Script, maxWaitTime: number): ConsumerGroup {
  const assigned = [{ topic: 'devices', partitions: [0, 1] }];
  return Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, {
    maxWaitTime,
    cluster: {
      refreshMetadataIfNecessary: () => Promise.resolve(refreshed.push(0)),
      findBroker: ({ nodeId }: { nodeId: number }) => ({
        fetch: () => {
          fetched.push(nodeId);
          return Promise.resolve({ responses: [] });
        },
      }),
    },
    subscriptionState: {
      assigned: () => assigned,
      active: () => [{ topic: 'devices', partitions: [0, 1].filter((partition) => !paused.has(partition)) }],
      resume: (resumed: readonly { partitions: readonly number[] }[]) => {
        for (const partition of resumed.flatMap(({ partitions }) => partitions)) paused.delete(partition);
      },
    },
    logger: { info: () => undefined, debug: () => undefined },
    offsetManager: {
      resolveOffsets: () => Promise.resolve(),
      committedOffsets: () => ({ devices: { 0: '7', 1: '7' } }),
      nextOffset: () => '7',
    },
    seekOffset: { pop: () => undefined, has: () => false },
    findReadReplicaForPartitions: () => ({ 1: [0], 2: [1] }),
  });
}

function aScript(...paused: readonly number[]): Script {
  return { paused: new Set(paused), refreshed: [], fetched: [] };
}

it('the version of kafkajs is the one that the patch for resumed partitions was written for', () => {
  expect(manifest.version).toBe('2.2.4');
});

describe('a fetch from a broker all of whose partitions are paused', () => {
  it('sends no request, and ends when a partition is resumed', async () => {
    const script = aScript(0, 1);
    const group = aGroup(script, LONG_MS);
    const fetch = group.fetch(1);
    group.resume([{ topic: 'devices', partitions: [0] }]);
    expect(await fetch).toEqual([]);
    expect(script.fetched).toEqual([]);
    await group.fetch(1);
    expect(script.fetched).toEqual([1]);
  });

  it('waits although a partition of another broker is not paused', async () => {
    const script = aScript(1);
    const group = aGroup(script, LONG_MS);
    const fetches = [group.fetch(1), group.fetch(2)];
    await fetches[0];
    expect(script.fetched).toEqual([1]);
    group.resume([{ topic: 'devices', partitions: [1] }]);
    await Promise.all(fetches);
    await group.fetch(2);
    expect(script.fetched).toEqual([1, 2]);
  });

  it('ends after the longest wait of a fetch (maxWaitTime), and has refreshed the metadata of the topic', async () => {
    const script = aScript(0, 1);
    expect(await aGroup(script, 1).fetch(1)).toEqual([]);
    expect(script.refreshed).toHaveLength(1);
  });

  it('sleeps for all of maxWaitTime in the unpatched kafkajs, although a partition is resumed', async () => {
    const group = aGroup(aScript(0, 1), 200);
    const startedMs = performance.now();
    const fetch = releasedFetch.call(group, 1);
    await setImmediate();
    group.resume([{ topic: 'devices', partitions: [0] }]);
    await fetch;
    expect(performance.now() - startedMs).toBeGreaterThan(190);
  });
});
