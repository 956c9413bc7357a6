import { endsOf, NoClusterIdError, TopicOffsets } from './topic-offsets.ts';
import type { KafkaBroker, KafkaCluster, PartitionMetadata } from './kafka-cluster.ts';

const EARLIEST = -2;
const READ_UNCOMMITTED = 0;

/** A broker's answer for a partition: its offsets, or the name of an error. */
type Answer = { readonly earliest: number; readonly stable: number; readonly latest: number } | string;

/** A cluster with a list of metadata views, one for each metadata request; the last view repeats. */
class TestCluster {
  readonly answers = new Map<number, Answer>();
  readonly unreachable = new Set<number>();
  readonly views: (readonly PartitionMetadata[])[];
  clusterId: string | null = 'c';
  #view: readonly PartitionMetadata[] = [];

  constructor(...views: (readonly PartitionMetadata[])[]) {
    this.views = views;
  }

  get cluster(): KafkaCluster {
    return {
      brokerPool: {
        metadata: { clusterId: this.clusterId, brokers: [{ nodeId: 2, host: 'b', port: 9_092 }] },
        seedBroker: undefined,
      },
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      addTargetTopic: () => Promise.resolve(),
      refreshMetadata: () => {
        this.#view = this.views.length > 1 ? (this.views.shift() ?? []) : (this.views[0] ?? []);
        return Promise.resolve();
      },
      findTopicPartitionMetadata: () => this.#view,
      findBroker: ({ nodeId }) =>
        this.unreachable.has(nodeId)
          ? Promise.reject(kafkaError('KafkaJSConnectionError', 'connect ECONNREFUSED', true))
          : Promise.resolve(this.#broker),
      findGroupCoordinator: () => Promise.reject(new Error('not asked')),
    };
  }

  get #broker(): KafkaBroker {
    const listOffsets: KafkaBroker['listOffsets'] = ({ isolationLevel, topics }) => {
      const asked = topics.flatMap(({ partitions }) => partitions);
      const refusal = asked
        .map(({ partition }) => this.answers.get(partition))
        .find((each) => typeof each === 'string');
      if (refusal !== undefined) {
        return Promise.reject(kafkaError('KafkaJSProtocolError', refusal, refusal !== 'TOPIC_AUTHORIZATION_FAILED'));
      }
      const partitions = asked.map(({ partition, timestamp }) => {
        const { earliest, stable, latest } = this.answers.get(partition) as Exclude<Answer, string>;
        const end = isolationLevel === READ_UNCOMMITTED ? latest : stable;
        return { partition, offset: String(timestamp === EARLIEST ? earliest : end) };
      });
      return Promise.resolve({ responses: [{ topic: 'devices', partitions }] });
    };
    return { listOffsets, offsetFetch: () => Promise.reject(new Error('not asked')) };
  }
}

function kafkaError(name: string, message: string, retriable: boolean): Error {
  return Object.assign(new Error(message), { name, retriable, type: message });
}

/** Partitions 0, 1, … with the node ids of their leaders; -1 for none. */
function ledBy(...leaders: number[]): readonly PartitionMetadata[] {
  return leaders.map((leader, partitionId) => ({ partitionId, leader }));
}

function aTopic(leaders: readonly number[], ...views: (readonly PartitionMetadata[])[]) {
  const brokers = new TestCluster(...(views.length === 0 ? [ledBy(...leaders)] : views));
  for (const partition of leaders.keys()) brokers.answers.set(partition, { earliest: 1, stable: 4, latest: 6 });
  const logged: unknown[] = [];
  const offsets = new TopicOffsets(brokers.cluster, 'devices', (message, details) => logged.push([message, details]));
  return { brokers, offsets, logged };
}

const READ = { earliest: 1, stable: 4, latest: 6 };

describe('the offsets of a partition', () => {
  it('are unreadable when it has no leader, while those of the others are read', async () => {
    const { offsets } = aTopic([1, -1, 2]);
    expect([...(await offsets.read())]).toEqual([
      [0, READ],
      [1, undefined],
      [2, READ],
    ]);
  });

  it('are unreadable when its leader refuses the connection, while those of other leaders are read', async () => {
    const { brokers, offsets } = aTopic([1, 2]);
    brokers.unreachable.add(2);
    expect([...(await offsets.read())]).toEqual([
      [0, READ],
      [1, undefined],
    ]);
  });

  it('are unreadable when its leader answers with an error, while those of the same leader are read', async () => {
    const { brokers, offsets } = aTopic([1, 1]);
    brokers.answers.set(1, 'KAFKA_STORAGE_ERROR');
    expect([...(await offsets.read())]).toEqual([
      [0, READ],
      [1, undefined],
    ]);
  });

  it('are read from a new leader that is elected within the patience of a read', async () => {
    const { offsets } = aTopic([1], ledBy(-1), ledBy(3));
    expect([...(await offsets.read())]).toEqual([[0, READ]]);
  });

  it('cause an error when another attempt would be refused the same way', async () => {
    const { brokers, offsets } = aTopic([1]);
    brokers.answers.set(0, 'TOPIC_AUTHORIZATION_FAILED');
    await expect(offsets.read()).rejects.toThrow('it lacks the right Read');
  });

  it('are logged once as unreadable and once as readable again', async () => {
    const { brokers, offsets, logged } = aTopic([1, 2]);
    brokers.unreachable.add(2);
    await offsets.read();
    await offsets.read();
    brokers.unreachable.clear();
    await offsets.read();
    await offsets.read();
    expect(logged).toEqual([
      ['partitions without a leader that answers', { topic: 'devices', partitions: [1], leaders: ['b:9092'] }],
      ['partitions have a leader again', { topic: 'devices', partitions: [1] }],
    ]);
  });
});

describe('metadata of a broker that does not know all partitions yet', () => {
  it('is rejected when the group has assigned an unknown partition', async () => {
    const { offsets } = aTopic([1, 1], ledBy(1), ledBy(1, 1));
    expect([...(await offsets.read([1])).keys()]).toEqual([0, 1]);
  });

  it('is rejected when an earlier read found more partitions', async () => {
    const { offsets } = aTopic([1, 1], ledBy(1, 1), ledBy(1), ledBy(), ledBy(1, 1));
    await offsets.read();
    expect([...(await offsets.read()).keys()]).toEqual([0, 1]);
  });

  it('is accepted when all brokers agree for the patience of a read', async () => {
    const { offsets } = aTopic([1, 1], ledBy(1, 1), ledBy(1));
    await offsets.read();
    expect([...(await offsets.read()).keys()]).toEqual([0]);
  });
});

it('the ends of a topic are those of its readable partitions', () => {
  const offsets = new Map([
    [0, READ],
    [1, undefined],
  ]);
  expect(endsOf(offsets, 'latest')).toEqual(new Map([[0, 6]]));
  expect(endsOf(offsets, 'stable')).toEqual(new Map([[0, 4]]));
});

describe('brokers that report no cluster id', () => {
  it.each([null, ''])('are refused with an error that says so: %j', (clusterId) => {
    const { brokers } = aTopic([1]);
    brokers.clusterId = clusterId;
    const offsets = new TopicOffsets(brokers.cluster, 'devices');
    expect(() => offsets.clusterId()).toThrow(NoClusterIdError);
  });
});
