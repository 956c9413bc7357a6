import type { Kafka } from 'kafkajs';

/** A message of the topic of quota events. */
export interface QuotaMessage {
  readonly key: string;
  /** A CloudEvent in JSON. */
  readonly value: string;
}

/** A message with its partition and offset. */
export interface PlacedMessage extends QuotaMessage {
  readonly partition: number;
  readonly offset: number;
}

/** Reads all messages that the topic holds now, those of each partition in order. No worker may be at work any more. */
export async function quotaMessages(kafka: Kafka, topic: string): Promise<readonly PlacedMessage[]> {
  const expected = await messagesIn(kafka, topic);
  if (expected === 0) return [];
  const messages: PlacedMessage[] = [];
  const all = Promise.withResolvers<undefined>();
  const consumer = kafka.consumer({ groupId: `${topic}-oracle-${process.pid}-${performance.now()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ partition, message: { key, value, offset } }) => {
        messages.push({ key: String(key), value: String(value), partition, offset: Number(offset) });
        if (messages.length === expected) all.resolve(undefined);
        return Promise.resolve();
      },
    });
    await all.promise;
  } finally {
    await consumer.disconnect();
  }
  return messages;
}

async function messagesIn(kafka: Kafka, topic: string): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  } finally {
    await admin.disconnect();
  }
}
