import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:net';
import kafkajs from 'kafkajs';
import { type PartitionState, withKafkaAdmin } from './kafka-admin.ts';
import { endKafkaCluster, type KafkaCluster, startKafkaCluster } from './kafka-cluster.ts';

const POLL_MS = 100;
const PATIENCE_MS = 60_000;

describe('a cluster of Kafka brokers on this machine', () => {
  let home: string;
  let cluster: KafkaCluster;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'kafka-cluster-'));
    cluster = await startKafkaCluster({ home, report: () => undefined });
  });

  afterAll(async () => {
    await cluster.close();
    await rm(home, { recursive: true, force: true });
  });

  async function until(topic: string, isReached: (state: PartitionState) => boolean): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const state = (await cluster.partitions(topic)).get(0);
      if (state !== undefined && isReached(state)) return;
      if (performance.now() > end) throw new Error(`partition 0 of ${topic} remains ${JSON.stringify(state)}`);
      await delay(POLL_MS);
    }
  }

  /** Waits until partition 0 has this broker as its leader, or no leader (undefined). */
  function untilLedBy(topic: string, wanted: number | undefined): Promise<void> {
    return until(topic, ({ leader }) => leader === wanted);
  }

  /** Records that the leader alone has acknowledged. */
  async function sendToLeader(topic: string, values: readonly string[]): Promise<void> {
    const producer = new kafkajs.Kafka({
      brokers: cluster.address.split(','),
      logLevel: kafkajs.logLevel.NOTHING,
    }).producer();
    await producer.connect();
    await producer.send({ topic, acks: 1, messages: values.map((value) => ({ value, partition: 0 })) });
    await producer.disconnect();
  }

  async function endOf(topic: string): Promise<number> {
    const [offsets] = await withKafkaAdmin(cluster.address, (admin) => admin.fetchTopicOffsets(topic));
    return Number(offsets?.high);
  }

  /** Waits until consumers see this end of partition 0: the leader moves it only after its replicas have changed. */
  async function untilEndIs(topic: string, wanted: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    let end = await endOf(topic);
    for (; end !== wanted && performance.now() < deadline; end = await endOf(topic)) await delay(POLL_MS);
    expect(end).toBe(wanted);
  }

  it('consists of as many brokers as were asked for', async () => {
    const { brokers } = await withKafkaAdmin(cluster.address, (admin) => admin.describeCluster());
    expect(brokers.map(({ nodeId }) => nodeId).sort()).toEqual([1, 2, 3]);
  });

  it('gives the partition of a killed leader to a replica that is in sync', async () => {
    await cluster.createTopic({
      topic: 'led-on',
      replicas: [[1, 2, 3]],
      settings: { 'min.insync.replicas': '2' },
    });
    await cluster.broker(1).stop('immediate');
    await untilLedBy('led-on', 2);
    await cluster.broker(1).start();
    expect((await cluster.partitions('led-on')).get(0)?.replicas).toEqual([1, 2, 3]);
  });

  it('has no leader for a partition whose only replica was killed, until that broker is started', async () => {
    await cluster.createTopic({ topic: 'alone', replicas: [[3], [1]] });
    await cluster.broker(3).stop('immediate');
    await untilLedBy('alone', undefined);
    expect((await cluster.partitions('alone')).get(1)?.leader).toBe(1);
    await cluster.broker(3).start();
    await untilLedBy('alone', 3);
  });

  it('loses acknowledged records when a replica that lags behind is allowed to lead', async () => {
    const topic = 'unclean';
    await cluster.createTopic({
      topic,
      replicas: [[1, 2]],
      settings: { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' },
    });
    await cluster.broker(2).stop('immediate');
    await sendToLeader(topic, ['a', 'b', 'c']);
    // No consumer sees a record before every replica that counts as in sync has it.
    await until(topic, ({ inSync }) => inSync.length === 1);
    await untilEndIs(topic, 3);
    await cluster.broker(1).stop('immediate');
    await untilLedBy(topic, undefined);
    await cluster.broker(2).start();
    await untilLedBy(topic, 2);
    await cluster.broker(1).start();
    expect(await endOf(topic)).toBe(0);
  });

  it('is ended by another process that knows its home', async () => {
    const { hostname, port } = new URL(`kafka://${cluster.broker(1).address}`);
    await endKafkaCluster(home);
    const [error] = (await once(connect(Number(port), hostname), 'error')) as [Error];
    expect(error.message).toContain('ECONNREFUSED');
  });
});
