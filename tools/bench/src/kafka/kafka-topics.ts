import { kafkaClient } from '@antenna/event-source';
import { withAdmin } from '@antenna/test-kit';
import type { Kafka } from 'kafkajs';

/** A client that keeps to itself what it tries again; what it gives up is an error. */
export function benchKafka(brokers: string): Kafka {
  const connection = { brokers: brokers.split(','), topic: '', groupId: '', ssl: false, sasl: undefined } as const;
  return kafkaClient(connection, 'bench', () => undefined);
}

export function deleteTopic(kafka: Kafka, topic: string): Promise<void> {
  return withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [topic] }));
}

export function deleteTopicsLike(kafka: Kafka, prefix: string): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}

/** How many records a topic holds; 0 where there is no such topic. */
export function recordsOf(kafka: Kafka, topic: string): Promise<number> {
  return withAdmin(kafka, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) return 0;
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  });
}
