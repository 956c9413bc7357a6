import manifest from 'kafkajs/package.json' with { type: 'json' };
import Cluster from 'kafkajs/src/cluster/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import OffsetManager from 'kafkajs/src/consumer/offsetManager/index.js';
import metadataResponse from 'kafkajs/src/protocol/requests/metadata/v6/response.js';
import { goOnWithoutLeaders } from './leaderless-partitions.ts';

const LEADER_NOT_AVAILABLE = 5;
const TOPIC_AUTHORIZATION_FAILED = 29;

const asReleased = {
  parse: metadataResponse.parse.bind(metadataResponse),
  find: Reflect.get(Cluster.prototype, 'findLeaderForPartitions'),
  resolve: Reflect.get(OffsetManager.prototype, 'resolveOffsets'),
  recover: Reflect.get(ConsumerGroup.prototype, 'recoverFromFetch'),
};

beforeAll(() => {
  goOnWithoutLeaders('devices');
});

function metadataOf(topic: string, partitionErrorCode = LEADER_NOT_AVAILABLE) {
  return {
    clusterId: 'c',
    topicMetadata: [
      {
        topic,
        topicErrorCode: 0,
        partitionMetadata: [
          { partitionErrorCode: 0, partitionId: 0, leader: 1 },
          { partitionErrorCode, partitionId: 1, leader: -1 },
        ],
      },
    ],
  };
}

/** A cluster that knows this metadata and cannot be asked for anything. */
function clusterOf(topic: string): Cluster {
  const cluster = Object.create(Cluster.prototype) as Cluster;
  return Object.assign(cluster, { brokerPool: { metadata: metadataOf(topic) } });
}

it('is the version of kafkajs whose insides are changed', () => {
  expect(manifest.version).toBe('2.2.4');
});

describe('metadata of a topic with a partition without a leader', () => {
  it('is refused whole by kafkajs as it is released', async () => {
    await expect(asReleased.parse(metadataOf('devices'))).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' });
  });

  it('names every partition, that one as led by nobody', async () => {
    const { topicMetadata, clusterId } = await metadataResponse.parse(metadataOf('devices'));
    expect(clusterId).toBe('c');
    expect(topicMetadata[0]!.partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader])).toEqual([
      [0, 1],
      [1, -1],
    ]);
  });

  it('stays refused for a topic that no one has asked for', async () => {
    await expect(metadataResponse.parse(metadataOf('other'))).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' });
  });

  it('stays refused when the error is of another kind', async () => {
    await expect(metadataResponse.parse(metadataOf('devices', TOPIC_AUTHORIZATION_FAILED))).rejects.toMatchObject({
      type: 'TOPIC_AUTHORIZATION_FAILED',
    });
  });
});

describe('a sender', () => {
  it('is told that the partition has no leader, where kafkajs would look for node -1', () => {
    const cluster = clusterOf('devices');
    expect(asReleased.find.call(cluster, 'devices', [1])).toEqual({ '-1': [1] });
    const leader = () => cluster.findLeaderForPartitions('devices', [1]);
    expect(leader).toThrow('There is no leader for this topic-partition');
  });

  it('finds the leaders of the others', () => {
    expect(clusterOf('devices').findLeaderForPartitions('devices', [0])).toEqual({ '1': [0] });
  });
});

describe('a consumer that was assigned a partition without a leader', () => {
  /** What the group is asked for, and then what the leaders are. */
  function offsetManager(asked: unknown[]): OffsetManager {
    const cluster = Object.assign(clusterOf('devices'), {
      committedOffsets: () => ({}),
      fetchTopicsOffset: (topics: readonly { topic: string; partitions: readonly { partition: number }[] }[]) => {
        asked.push(...topics.map(({ partitions }) => partitions));
        return topics.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition }) => ({ partition, offset: '7' })),
        }));
      },
    });
    const coordinator = {
      isConnected: () => true,
      offsetFetch: ({
        topics,
      }: {
        topics: readonly { topic: string; partitions: readonly { partition: number }[] }[];
      }) => ({
        responses: topics.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition }) => ({ partition, offset: '-1' })),
        })),
      }),
    };
    return new OffsetManager({
      cluster,
      coordinator,
      groupId: 'g',
      memberAssignment: { devices: [0, 1] },
      topicConfigurations: { devices: { fromBeginning: true } },
    });
  }

  it('asks the leaders of the others alone for their offsets', async () => {
    const asked: unknown[] = [];
    const manager = offsetManager(asked);
    await manager.resolveOffsets();
    expect(asked).toEqual([[{ partition: 0 }]]);
    expect(manager.committedOffsets()).toEqual({ devices: { 0: '7', 1: '0' } });
  });

  it('would ask for all of them in kafkajs as it is released', async () => {
    const asked: unknown[] = [];
    await asReleased.resolve.call(offsetManager(asked));
    expect(asked).toEqual([[{ partition: 0 }, { partition: 1 }]]);
  });
});

describe('a fetch from a broker that refuses the connection', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { name: 'KafkaJSConnectionError' });
  const group = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, { maxWaitTime: 1 });

  it('is over, and ends no other fetch', async () => {
    await expect(group.recoverFromFetch(refused)).resolves.toBeUndefined();
  });

  it('ends all fetches of the consumer in kafkajs as it is released', async () => {
    await expect(asReleased.recover.call(group, refused)).rejects.toBe(refused);
  });
});
