import { testTopic, type TestTopic, until } from '@antenna/test-kit';
import { committedOffsets, GroupTakenError } from './group-guard.ts';
import { kafkaClient } from './kafka-client.ts';
import { kafkaCluster } from './kafka-cluster.ts';
import { KafkaEventSource } from './kafka-event-source.ts';

/** A receiver that reads from the beginning and keeps no records. */
function aReceiver(source: KafkaEventSource) {
  const receiver = {
    partitions: [] as readonly number[],
    onPartitionsAssigned: (partitions: readonly number[]) => {
      receiver.partitions = partitions;
      for (const partition of partitions) source.readFrom(partition, 0);
      return Promise.resolve();
    },
    onBatch: () => true,
    waitForCapacity: () => undefined,
  };
  return receiver;
}

describe('a consumer group', () => {
  let topic: TestTopic;
  const sources: KafkaEventSource[] = [];

  beforeEach(async () => {
    topic = await testTopic({ partitions: 3 });
  });

  afterEach(async () => {
    for (const source of sources.splice(0)) await source.disconnect();
    await topic.close();
  });

  function client() {
    return kafkaClient({ ...topic, groupId: '', ssl: false, sasl: undefined }, 'test', () => undefined);
  }

  async function connected(databaseId: string): Promise<KafkaEventSource> {
    const settings = { topic: topic.topic, groupId: topic.topic, databaseId, sessionTimeoutMs: 6_000 };
    const source = new KafkaEventSource(client(), settings, () => undefined);
    sources.push(source);
    await source.connect();
    return source;
  }

  async function committed() {
    const cluster = kafkaCluster(client());
    await cluster.connect();
    try {
      await cluster.refreshMetadata();
      const offsets = await committedOffsets(cluster, topic.topic);
      return offsets.map(({ partition, offset, databaseId }) => [partition, offset, databaseId]).sort();
    } finally {
      await cluster.disconnect();
    }
  }

  function failureOf(source: KafkaEventSource): Promise<unknown> {
    return source.failure.catch((error: unknown) => error);
  }

  async function run(source: KafkaEventSource) {
    const receiver = aReceiver(source);
    await source.run(receiver);
    return receiver;
  }

  it('holds the database id with every partition soon after the claim, even for partitions without records', async () => {
    await run(await connected('one'));
    await until(async () => (await committed()).length === 3, { what: 'committed offset of each partition' });
    expect(await committed()).toEqual([
      [0, 0, 'one'],
      [1, 0, 'one'],
      [2, 0, 'one'],
    ]);
  });

  it('keeps the database id when offsets are committed for lag, and never moves an offset backwards', async () => {
    const source = await connected('one');
    const receiver = await run(source);
    await until(() => receiver.partitions.length === 3, { what: 'assignment' });
    await source.commitOffsetsForLag(new Map([[1, 7]]));
    await source.nameGroup();
    expect(await committed()).toContainEqual([1, 7, 'one']);
  });

  it('ends a member of another database that checked the group before the first database was named in it', async () => {
    const [one, other] = [await connected('one'), await connected('other')];
    await run(one);
    await until(async () => (await committed()).length === 3, { what: 'committed offset of each partition' });
    await run(other);
    const failure = await failureOf(other);
    expect(failure).toBeInstanceOf(GroupTakenError);
    expect(String(failure)).toContain(`partitions 0, 1, 2 of topic ${topic.topic} for database one`);
  });

  it('refuses a worker of a second database before it joins', async () => {
    await run(await connected('one'));
    await until(async () => (await committed()).length === 3, { what: 'committed offset of each partition' });
    await expect(connected('other')).rejects.toThrow(
      `consumer group ${topic.topic} serves another database than this one (other): ` +
        `partitions 0, 1, 2 of topic ${topic.topic} for database one.`,
    );
  });

  it('admits further workers of the same database', async () => {
    await run(await connected('one'));
    await until(async () => (await committed()).length === 3, { what: 'committed offset of each partition' });
    const second = await run(await connected('one'));
    await until(() => second.partitions.length > 0, { what: 'assignment of the second worker' });
  });
});
