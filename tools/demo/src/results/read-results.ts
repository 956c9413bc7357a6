import { endsOf, kafkaCluster, TopicOffsets } from '@antenna/event-source';
import type { Kafka } from 'kafkajs';
import { place } from '../place.ts';
import type { DemoResults } from './demo-results.ts';
import { readArchive } from './read-archive.ts';
import { readDatabase } from './read-database.ts';

/** Reads everything that is to be proven. */
export async function readResults(databaseUrl: string, kafka: Kafka): Promise<DemoResults> {
  const [database, archive, topicEnds] = await Promise.all([
    readDatabase(databaseUrl, place.topic),
    readArchive(place.archive),
    readTopicEnds(kafka, place.topic),
  ]);
  return { database, archive, topicEnds };
}

/** @returns how many records each partition of a topic was sent. */
export async function readTopicEnds(kafka: Kafka, topic: string): Promise<ReadonlyMap<number, number>> {
  const offsets = new TopicOffsets(kafkaCluster(kafka), topic);
  try {
    await offsets.connect();
    return endsOf(await offsets.read(), 'latest');
  } finally {
    await offsets.disconnect();
  }
}
