import type { QuotaEvent } from '@antenna/ingestion';
import { testTopic, type TestTopic, until } from '@antenna/test-kit';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { KafkaQuotaEventSender } from './quota-event-sender.ts';

function client(brokers: readonly string[]) {
  const retry = { initialRetryTime: 50, retries: 5 };
  return new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING, retry });
}

function anEvent(sequence: number, userId: string): QuotaEvent {
  const sums = { usage: 5_001n, quota: 5_000n, eventTimeMs: 0, revision: undefined };
  return { number: sequence, userId, sequence, hourMs: 0, state: 'exceeded', ...sums, seenAtMs: 0 };
}

describe('quota events in a topic of Kafka', () => {
  let topic: TestTopic;
  let sender: KafkaQuotaEventSender;

  beforeEach(async () => {
    topic = await testTopic({ partitions: 3 });
    sender = new KafkaQuotaEventSender(client(topic.brokers), { topic: 'devices', quotaEventsTopic: topic.topic });
  });

  afterEach(async () => {
    await sender.disconnect();
    await topic.close();
  });

  /** Reads this many messages. */
  async function messages(count: number): Promise<readonly KafkaMessage[]> {
    const consumer = client(topic.brokers).consumer({ groupId: topic.topic });
    const read: KafkaMessage[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: topic.topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        read.push(message);
        return Promise.resolve();
      },
    });
    await until(() => read.length >= count, { what: `${count} messages` });
    await consumer.disconnect();
    return read;
  }

  it('are keyed by user, and in order for each user', async () => {
    const users = ['ana', 'blanca', 'carlos', 'diego'];
    for (const from of [1, 4]) {
      const events = [0, 1, 2].flatMap((n) => users.map((user) => anEvent(from + n, user)));
      await sender.send(events);
    }
    const read = await messages(24);
    for (const user of users) {
      const own = read.filter(({ key }) => key?.toString() === user);
      const sequences = own.map(({ value }) => Number((JSON.parse(String(value)) as { sequence: string }).sequence));
      expect(sequences).toEqual([1, 2, 3, 4, 5, 6]);
    }
    expect(String(read[0]?.headers?.['content-type'])).toBe('application/cloudevents+json');
  });

  it('cause an error that names the topic and its setting when the topic does not exist', async () => {
    const missing = `${topic.topic}-missing`;
    const lost = new KafkaQuotaEventSender(client(topic.brokers), { topic: 'devices', quotaEventsTopic: missing });
    const failure = expect(lost.send([anEvent(1, 'ana')])).rejects;
    await failure.toMatchObject({
      code: 'TOPIC_MISSING',
      message: expect.stringMatching(`${missing} does not exist .* set QUOTA_EVENTS_TOPIC`) as string,
    });
    await lost.disconnect();
  });
});
