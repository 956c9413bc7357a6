import type { Kafka, Message, ProducerConfig, ProducerRecord, RecordMetadata } from 'kafkajs';
import { AcknowledgedProducer } from './acknowledged-producer.ts';

const PARTITIONS = [0, 1, 2, 3];

/** Of so many keys that every partition has some. */
const MESSAGES: readonly Message[] = Array.from({ length: 40 }, (_, number) => ({ key: `user ${number}`, value: 'x' }));

/** Stands for kafkajs when leaders change during a send: it leaves partitions out, and reports success. */
class Client {
  /** The partition of each message that has reached Kafka, send by send. */
  readonly received: (readonly number[])[] = [];
  /** Partitions that the next sends leave out, send by send; none after the last. */
  readonly leftOut: (readonly number[])[];

  constructor(...leftOut: readonly (readonly number[])[]) {
    this.leftOut = [...leftOut];
  }

  get kafka(): Kafka {
    const producer = ({ createPartitioner }: ProducerConfig) => {
      const partitionOf = createPartitioner!();
      const partitionMetadata = PARTITIONS.map((partitionId) => {
        return { partitionId, leader: 1, partitionErrorCode: 0, replicas: [1], isr: [1] };
      });
      return {
        send: ({ topic, messages }: ProducerRecord): Promise<RecordMetadata[]> => {
          const leftOut = this.leftOut.shift() ?? [];
          const sent = messages
            .map((message) => partitionOf({ topic, message, partitionMetadata }))
            .filter((partition) => !leftOut.includes(partition));
          this.received.push(sent);
          return Promise.resolve(
            [...new Set(sent)].map((partition) => ({ topicName: topic, partition, errorCode: 0 })),
          );
        },
      };
    };
    return { producer } as unknown as Kafka;
  }
}

function send(client: Client): Promise<void> {
  return new AcknowledgedProducer(client.kafka, {}).send('a topic', MESSAGES);
}

describe('a producer, when leaders change during a send', () => {
  it('sends exactly those messages again that kafkajs has left out', async () => {
    const client = new Client([1, 2], [2]);
    await send(client);
    const [first, second, third] = client.received.map((partitions) => new Set(partitions));
    expect([first, second, third]).toEqual([new Set([0, 3]), new Set([1]), new Set([2])]);
    expect(client.received.flat()).toHaveLength(MESSAGES.length);
  });

  it('sends each message once when kafkajs has left none out', async () => {
    const client = new Client();
    await send(client);
    expect(client.received).toHaveLength(1);
  });

  it('fails and names the partitions when kafkajs leaves them out each time', async () => {
    const client = new Client(...Array.from({ length: 6 }, () => [3]));
    await expect(send(client)).rejects.toThrow('partitions 3 of topic a topic were not acknowledged');
  });
});
