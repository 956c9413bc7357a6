import type { CompressionTypes, Message } from 'kafkajs';
import { kafkaClient } from './kafka-client.ts';
import type { TestTopic } from './test-topic.ts';

/** Where to, and how. */
type Target = Pick<TestTopic, 'topic' | 'brokers'> & { readonly compression?: CompressionTypes };

/** Appends records, in order; resolves when Kafka has them. */
export async function produce(
  { topic, brokers, compression }: Target,
  messages: readonly Readonly<Message>[],
): Promise<void> {
  const producer = kafkaClient(brokers).producer();
  await producer.connect();
  try {
    await producer.send({
      topic,
      acks: -1,
      messages: [...messages],
      ...(compression === undefined ? {} : { compression }),
    });
  } finally {
    await producer.disconnect();
  }
}
