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

/** A cluster with this metadata and no broker to ask. */
function clusterOf(topic: string): Cluster {
  const cluster = Object.create(Cluster.prototype) as Cluster;
  return Object.assign(cluster, { brokerPool: { metadata: metadataOf(topic) } });
}

it('the version of kafkajs is the one that the patches for leaderless partitions were written for', () => {
  expect(manifest.version).toBe('2.2.4');
});

describe('the metadata of a topic with a leaderless partition', () => {
  it('is rejected whole by the unpatched kafkajs', async () => {
    await expect(asReleased.parse(metadataOf('devices'))).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' });
  });

  it('lists every partition, and node -1 as the missing leader', async () => {
    const { topicMetadata, clusterId } = await metadataResponse.parse(metadataOf('devices'));
    expect(clusterId).toBe('c');
    expect(topicMetadata[0]!.partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader])).toEqual([
      [0, 1],
      [1, -1],
    ]);
  });

  it('stays rejected for a topic that is not named for the patch', async () => {
    await expect(metadataResponse.parse(metadataOf('other'))).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' });
  });

  it('stays rejected when the partition has an error of another kind', async () => {
    await expect(metadataResponse.parse(metadataOf('devices', TOPIC_AUTHORIZATION_FAILED))).rejects.toMatchObject({
      type: 'TOPIC_AUTHORIZATION_FAILED',
    });
  });
});

describe('a producer of a topic with a leaderless partition', () => {
  it('gets the error that the partition has no leader, where the unpatched kafkajs looks for node -1', () => {
    const cluster = clusterOf('devices');
    expect(asReleased.find.call(cluster, 'devices', [1])).toEqual({ '-1': [1] });
    const leader = () => cluster.findLeaderForPartitions('devices', [1]);
    expect(leader).toThrow('There is no leader for this topic-partition');
  });

  it('finds the leaders of the other partitions', () => {
    expect(clusterOf('devices').findLeaderForPartitions('devices', [0])).toEqual({ '1': [0] });
  });
});

describe('a consumer with a leaderless partition in its assignment', () => {
  /** An offset manager that records its requests to the group and then to the leaders. */
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

  it('requests offsets only from the leaders of the other partitions', async () => {
    const asked: unknown[] = [];
    const manager = offsetManager(asked);
    await manager.resolveOffsets();
    expect(asked).toEqual([[{ partition: 0 }]]);
    expect(manager.committedOffsets()).toEqual({ devices: { 0: '7', 1: '0' } });
  });

  it('requests the offsets of all partitions in the unpatched kafkajs', async () => {
    const asked: unknown[] = [];
    await asReleased.resolve.call(offsetManager(asked));
    expect(asked).toEqual([[{ partition: 0 }, { partition: 1 }]]);
  });
});

describe('a fetch from a broker that refuses the connection', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { name: 'KafkaJSConnectionError' });
  const group = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, { maxWaitTime: 1 });

  it('ends without ending other fetches', async () => {
    await expect(group.recoverFromFetch(refused)).resolves.toBeUndefined();
  });

  it('ends all fetches of the consumer in the unpatched kafkajs', async () => {
    await expect(asReleased.recover.call(group, refused)).rejects.toBe(refused);
  });
});
