import { streamDifferences, withTables } from '@antenna/oracle';
import { join } from 'node:path';
import { kafkaCluster, TopicOffsets, TopicReader } from '@antenna/event-source';
import { type KafkaCluster, startKafkaCluster } from '@antenna/local-stack';
import {
  endedWell,
  type Environment,
  type TemporaryFolder,
  temporaryFolder,
  testKafka,
  until,
} from '@antenna/test-kit';
import { newStream, sendTo, someRecords, type Stream } from '../stream.ts';
import { drain, hasClaimed, serve, stop } from '../workers.ts';

const HEALTHY = 0;
const LEADERLESS = 1;

describe('a partition that one broker alone holds, when that is killed,', () => {
  let folder: TemporaryFolder;
  let cluster: KafkaCluster;
  let stream: Stream;
  let environment: Environment;

  beforeAll(async () => {
    folder = await temporaryFolder();
    cluster = await startKafkaCluster({ home: join(folder.path, 'kafka'), brokers: 2, report: () => undefined });
    stream = { ...(await newStream({ partitions: 1 })), brokers: cluster.address.split(',') };
    environment = { ...stream.environment, KAFKA_BROKERS: cluster.address, KAFKA_SESSION_TIMEOUT_MS: '6000' };
    await cluster.createTopic({ topic: stream.topic, replicas: [[1], [2]] });
  });

  afterAll(async () => {
    await stream.close();
    await cluster.close();
    await folder.close();
  });

  function positions(): Promise<ReadonlyMap<number, number>> {
    return withTables(stream.databaseUrl, (tables) => tables.positions('totals'));
  }

  /** Reads the first record of a partition as an operator's command does. */
  function readAgain(partition: number): Promise<void> {
    const { topic, brokers } = stream;
    const settings = { topic, groupId: topic, brokers, sessionTimeoutMs: 6_000 };
    const reader = new TopicReader(testKafka(brokers), settings, () => undefined);
    return reader.read({ partition, firstOffset: 0, lastOffset: 0 }, () => true);
  }

  function hasCounted(partition: number, offset: number): Promise<unknown> {
    const what = `records of partition ${partition} up to ${offset} in the totals`;
    return until(async () => (await positions()).get(partition) === offset, { what, deadlineMs: 60_000 });
  }

  it('holds up no other: workers go on and start, name it, claim no lag of 0, and read it once it is back', async () => {
    const records = someRecords(12, 3_000);
    const third = records.length / 3;
    const [before, meanwhile, after] = [0, 1, 2].map((part) => records.slice(part * third, (part + 1) * third));
    const running = serve(environment);
    await sendTo(stream, HEALTHY, before!);
    await sendTo(stream, LEADERLESS, after!);
    await hasCounted(HEALTHY, third);
    await hasCounted(LEADERLESS, third);

    await cluster.broker(2).stop('immediate');
    await until(async () => (await cluster.partitions(stream.topic)).get(LEADERLESS)?.leader === undefined, {
      what: 'loss of the leader',
    });
    // The senders of this process go on, too.
    new TopicOffsets(kafkaCluster(testKafka(stream.brokers)), stream.topic);
    await sendTo(stream, HEALTHY, meanwhile!);
    await hasCounted(HEALTHY, 2 * third);
    await until(() => running.output().includes('"partitions without a leader that answers"'), {
      what: 'line of the log that names the partition',
    });
    const port = /"httpPort":(\d+)/.exec(running.output())?.[1] ?? '';
    await until(async () => (await lagsAt(port)).join() === 'speed_layer_lag_records{partition="0"} 0', {
      what: 'lag of the healthy partition alone',
      deadlineMs: 60_000,
    });

    const started = serve(environment);
    await hasClaimed(started);
    await expect(readAgain(LEADERLESS)).rejects.toThrow('partition 1 has no leader: none of its records can be read');

    await cluster.broker(2).start();
    for (const { worker } of [running, started]) worker.kill('SIGTERM');
    await endedWell(running.worker);
    await endedWell(started.worker);
    await drain(environment);
    expect(await streamDifferences(stream, records)).toEqual([]);
  }, 400_000);

  it('is read again by the same worker after all brokers were away for a while', async () => {
    const records = someRecords(13, 200);
    const running = serve(environment);
    await hasClaimed(running);
    const [from = 0] = [(await positions()).get(LEADERLESS)];
    await Promise.all([1, 2].map((number) => cluster.broker(number).stop('immediate')));
    await Promise.all([1, 2].map((number) => cluster.broker(number).start()));
    await sendTo(stream, LEADERLESS, records);
    await hasCounted(LEADERLESS, from + records.length);
    await stop(running.worker);
  }, 400_000);
});

async function lagsAt(port: string): Promise<readonly string[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith('speed_layer_lag_records'));
}
