import type { QuotaEvent } from '@antenna/ingestion';
import type { Kafka, ProducerConfig, ProducerRecord, RecordMetadata } from 'kafkajs';
import { KafkaQuotaEventSender } from './quota-event-sender.ts';

const PARTITIONS = [0, 1, 2, 3];

function eventOf(userId: string, number: number): QuotaEvent {
  const found = { hourMs: Date.UTC(2022, 9, 29, 13), state: 'exceeded', usage: 6n, quota: 5n } as const;
  return { ...found, number, userId, sequence: 1, eventTimeMs: undefined, revision: undefined, seenAtMs: 0 };
}

/** Of so many users that every partition has some. */
const EVENTS = Array.from({ length: 40 }, (_, number) => eventOf(`user ${number}`, number));

/** The client as it is when leaders change during a send: it leaves a partition out, and succeeds. */
function aClient(isLeftOut: (partition: number) => boolean) {
  let producers = 0;
  const producer = ({ createPartitioner }: ProducerConfig) => {
    producers += 1;
    const partitionMetadata = PARTITIONS.map((partitionId) => {
      return { partitionId, leader: 1, partitionErrorCode: 0, replicas: [1], isr: [1] };
    });
    return {
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      send({ topic, messages }: ProducerRecord): Promise<RecordMetadata[]> {
        const partitionOf = createPartitioner?.();
        const partitions = messages.map((message) => partitionOf?.({ topic, message, partitionMetadata }) ?? 0);
        const sent = [...new Set(partitions)].filter((partition) => !isLeftOut(partition));
        return Promise.resolve(sent.map((partition) => ({ topicName: topic, partition, errorCode: 0 })));
      },
    };
  };
  return { kafka: { producer } as unknown as Kafka, producers: () => producers };
}

const TOPICS = { quotaEventsTopic: 'quota-events', topic: 'devices' };

describe('a sender of quota events', () => {
  it('has sent them when every partition has acknowledged its own', async () => {
    const client = aClient(() => false);
    const sender = new KafkaQuotaEventSender(client.kafka, TOPICS);
    await sender.send(EVENTS);
    await sender.send(EVENTS.slice(0, 1));
    expect(client.producers()).toBe(1);
  });

  it('fails when the client leaves a partition out, and sends again with a new producer', async () => {
    let leftOut: number | undefined = 2;
    const client = aClient((partition) => partition === leftOut);
    const sender = new KafkaQuotaEventSender(client.kafka, TOPICS);
    await expect(sender.send(EVENTS)).rejects.toThrow('partitions 2 of topic quota-events were not acknowledged');
    leftOut = undefined;
    await sender.send(EVENTS);
    expect(client.producers()).toBe(2);
  });
});
