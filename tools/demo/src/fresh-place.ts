import { rm } from 'node:fs/promises';
import type { Kafka } from 'kafkajs';
import { freshDatabase } from './fresh-database.ts';
import { place } from './place.ts';
import { freshTopic } from './topic/fresh-topic.ts';

/**
 * Makes everything empty that the demo uses, at once: positions in the database are only right for the topic and the
 * archive that they were kept for.
 * @returns the URL of the database.
 */
export async function freshPlace(serverUrl: string, kafka: Kafka): Promise<string> {
  const [url] = await Promise.all([
    freshDatabase(serverUrl, place.database),
    freshTopic(kafka, place.topic, place.partitions),
    rm(place.archive, { recursive: true, force: true }),
  ]);
  return url;
}
