import type { Admin, Kafka } from 'kafkajs';
import retry from 'p-retry';

/** Brokers forget a topic and find its partitions leaders in less than a second, but not when they have just started. */
const patience = { retries: 120, minTimeout: 250, factor: 1 };

/** Makes an empty topic, in place of one of the same name. */
export async function freshTopic(kafka: Kafka, topic: string, partitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
    await retry(() => assertGone(admin, topic), patience);
    // The client says the same whether the topic was there before or an earlier try of its own made it.
    await retry(() => admin.createTopics({ topics: [{ topic, numPartitions: partitions }] }), patience);
    await retry(() => assertEmpty(admin, topic, partitions), patience);
  } finally {
    await admin.disconnect();
  }
}

async function assertGone(admin: Admin, topic: string): Promise<void> {
  if ((await admin.listTopics()).includes(topic)) throw new Error(`the old topic ${topic} is still there`);
}

async function assertEmpty(admin: Admin, topic: string, partitions: number): Promise<void> {
  const offsets = await admin.fetchTopicOffsets(topic);
  const empty = offsets.filter(({ high }) => high === '0').length;
  if (empty !== partitions) throw new Error(`${empty} of ${partitions} partitions of ${topic} are there and empty`);
}
