import { testTopic, type TestTopic, until } from '@antenna/test-kit';
import kafkajs from 'kafkajs';
import { kafkaCluster } from './kafka-cluster.ts';
import { TopicMissingError, TopicOffsets } from './topic-offsets.ts';

function client(brokers: readonly string[]) {
  return new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
}

describe('the offsets of a topic', () => {
  let topic: TestTopic;
  let offsets: TopicOffsets;

  beforeEach(async () => {
    topic = await testTopic({ partitions: 2 });
    offsets = new TopicOffsets(kafkaCluster(client(topic.brokers)), topic.topic);
    await offsets.connect();
  });

  afterEach(async () => {
    await offsets.disconnect();
    await topic.close();
  });

  it('are the end of the log and the last stable offset, which stays before an open transaction', async () => {
    const hanging = client(topic.brokers).producer({ transactionalId: topic.topic, maxInFlightRequests: 1 });
    const other = client(topic.brokers).producer();
    await Promise.all([hanging.connect(), other.connect()]);
    const send = (sender: Pick<typeof other, 'send'>, records: number) =>
      sender.send({
        topic: topic.topic,
        messages: Array.from({ length: records }, () => ({ value: 'a', partition: 0 })),
      });
    await send(other, 3);
    const transaction = await hanging.transaction();
    await send(transaction, 2);
    await send(other, 4);

    expect(await offsets.read()).toEqual(
      new Map([
        [0, { earliest: 0, stable: 3, latest: 9 }],
        [1, { earliest: 0, stable: 0, latest: 0 }],
      ]),
    );
    await transaction.commit();
    // The broker writes the marker that ends the transaction, which occupies an offset, soon after it has answered.
    await until(async () => (await offsets.read()).get(0)?.stable === 10, { what: 'marker of the transaction' });
    expect((await offsets.read()).get(0)).toEqual({ earliest: 0, stable: 10, latest: 10 });
    await Promise.all([hanging.disconnect(), other.disconnect()]);
  });

  it('are those of all current partitions, including one that was added since the first read', async () => {
    const admin = client(topic.brokers).admin();
    await admin.connect();
    await offsets.read();
    await admin.createPartitions({ topicPartitions: [{ topic: topic.topic, count: 3 }] });
    await admin.disconnect();
    // A broker learns of the partition soon after the controller has answered.
    await until(async () => (await offsets.read()).size > 2, { what: 'added partition' });
    expect([...(await offsets.read()).keys()]).toEqual([0, 1, 2]);
  });

  it('cause an error with the topic name when the topic does not exist', async () => {
    const missing = new TopicOffsets(kafkaCluster(client(topic.brokers)), `${topic.topic}-missing`);
    await missing.connect();
    await expect(missing.read()).rejects.toThrow(TopicMissingError);
    await missing.disconnect();
  });
});
