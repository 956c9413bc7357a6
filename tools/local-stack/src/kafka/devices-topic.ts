import retry from 'p-retry';
import type { Report } from '../report.ts';
import { withKafkaAdmin } from './kafka-admin.ts';

const topic = 'devices';
const partitions = 4;

/** Makes the topic of the product's events unless it is there. */
export async function ensureDevicesTopic(brokers: string, report: Report): Promise<void> {
  const isNew = await retry(
    () =>
      withKafkaAdmin(brokers, (admin) =>
        admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] }),
      ),
    { retries: 5, minTimeout: 200 },
  );
  if (isNew) report(`kafka: made the topic ${topic} with ${partitions} partitions`);
}
