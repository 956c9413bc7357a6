import type { Admin, Kafka } from 'kafkajs';
import retry from 'p-retry';

/** How often it is looked whether the old topic is gone; brokers forget one in less than a second. */
const TRIES = 40;
const PAUSE_MS = 250;

/** Makes an empty topic, in place of one of the same name. */
export async function freshTopic(kafka: Kafka, topic: string, partitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
    await retry(() => create(admin, topic, partitions), { retries: TRIES, minTimeout: PAUSE_MS, factor: 1 });
  } finally {
    await admin.disconnect();
  }
}

async function create(admin: Admin, topic: string, partitions: number): Promise<void> {
  const isNew = await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
  if (!isNew) throw new Error(`the old topic ${topic} is still there`);
}
