import type { Kafka } from 'kafkajs';

/**
 * Creates the topic where it is missing, with the cluster's own settings otherwise. A topic that exists stays as it is.
 * @returns how many partitions the topic has.
 */
export async function ensureTopic(kafka: Kafka, topic: string, partitions: number): Promise<number> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const isMissing = !(await admin.listTopics()).includes(topic);
    if (isMissing) await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  } finally {
    await admin.disconnect();
  }
}
