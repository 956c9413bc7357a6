import { kafkaClient } from '@antenna/event-source';
import type { Admin } from 'kafkajs';
import type { Stream } from './stream.ts';

/** What an operator may do to a topic. */
export async function deleteRecordsBefore(stream: Stream, partition: number, offset: number): Promise<void> {
  await asAdministrator(stream, async (admin) => {
    // The client deletes only from topics that it has looked at.
    await admin.fetchTopicOffsets(stream.topic);
    await admin.deleteTopicRecords({ topic: stream.topic, partitions: [{ partition, offset: String(offset) }] });
  });
}

export async function addPartitions(stream: Stream, count: number): Promise<void> {
  await asAdministrator(stream, (admin) =>
    admin.createPartitions({ topicPartitions: [{ topic: stream.topic, count }] }),
  );
}

/** Deletes the topic and creates one of the same name. */
export async function recreate(stream: Stream, partitions: number): Promise<void> {
  await asAdministrator(stream, async (admin) => {
    await admin.deleteTopics({ topics: [stream.topic] });
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: stream.topic, numPartitions: partitions }] });
  });
}

async function asAdministrator(stream: Stream, act: (admin: Admin) => Promise<unknown>): Promise<void> {
  const connection = {
    brokers: stream.brokers,
    topic: stream.topic,
    groupId: '',
    ssl: false,
    sasl: undefined,
  } as const;
  const admin = kafkaClient(connection, 'test', () => undefined).admin();
  await admin.connect();
  try {
    await act(admin);
  } finally {
    await admin.disconnect();
  }
}
