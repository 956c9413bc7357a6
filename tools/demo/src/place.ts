import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout, dropDatabase, freshDatabase, withAdmin } from '@antenna/test-kit';
import type { Admin, Kafka } from 'kafkajs';
import retry from 'p-retry';

const folder = join(checkout, '.local', 'demo');

/** All that the demo makes anew and may destroy; nothing else uses it. */
export const place = {
  folder,
  database: 'antenna_demo',
  backup: 'antenna_demo_backup',
  topic: 'devices-demo',
  nextTopic: 'devices-demo-next',
  quotaEventsTopic: 'quota-events-demo',
  partitions: 4,
  groupId: 'speed-layer-demo',
  archive: join(folder, 'archive'),
  /** Where settle-restore moves files of the archive that the restored database does not list. */
  aside: join(folder, 'aside'),
  certificate: join(folder, 'certificate.json'),
  report: join(folder, 'report.html'),
} as const;

/**
 * Makes everything empty that the demo uses, at once: positions in the database are only right for the topic and the
 * archive that they were kept for.
 * @returns the URL of the database.
 */
export async function freshPlace(serverUrl: string, kafka: Kafka): Promise<string> {
  const [url] = await Promise.all([
    freshDatabase(serverUrl, place.database),
    freshTopic(kafka, place.topic, place.partitions),
    freshTopic(kafka, place.nextTopic, place.partitions),
    freshTopic(kafka, place.quotaEventsTopic, place.partitions),
    dropDatabase(serverUrl, place.backup),
    rm(place.archive, { recursive: true, force: true }),
    rm(place.aside, { recursive: true, force: true }),
  ]);
  return url;
}

/** Brokers forget a topic and find its partitions leaders in less than a second, but not when they have just started. */
const patience = { retries: 120, minTimeout: 250, factor: 1 };

/** Makes an empty topic, in place of one of the same name. */
function freshTopic(kafka: Kafka, topic: string, partitions: number): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
    await retry(() => assertGone(admin, topic), patience);
    // The client says the same whether the topic was there before or an earlier try of its own made it.
    await retry(() => admin.createTopics({ topics: [{ topic, numPartitions: partitions }] }), patience);
    await retry(() => assertEmpty(admin, topic, partitions), patience);
  });
}

async function assertGone(admin: Admin, topic: string): Promise<void> {
  if ((await admin.listTopics()).includes(topic)) throw new Error(`the old topic ${topic} is still there`);
}

async function assertEmpty(admin: Admin, topic: string, partitions: number): Promise<void> {
  const offsets = await admin.fetchTopicOffsets(topic);
  const empty = offsets.filter(({ high }) => high === '0').length;
  if (empty !== partitions) throw new Error(`${empty} of ${partitions} partitions of ${topic} are there and empty`);
}
