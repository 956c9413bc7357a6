import { asKafkaAdministrator } from '@antenna/test-kit';
import type { Stream } from './stream.ts';

/** What an operator may do to a topic. */
export async function deleteRecordsBefore(
  { brokers, topic }: Stream,
  partition: number,
  offset: number,
): Promise<void> {
  await asKafkaAdministrator(brokers, async (admin) => {
    // The client deletes only from topics that it has looked at.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  });
}

export async function addPartitions({ brokers, topic }: Stream, count: number): Promise<void> {
  await asKafkaAdministrator(brokers, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] }));
}

/** Deletes the topic and creates one of the same name. */
export async function recreate({ brokers, topic }: Stream, partitions: number): Promise<void> {
  await asKafkaAdministrator(brokers, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
  });
}
