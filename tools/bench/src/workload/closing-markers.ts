import type { Kafka } from 'kafkajs';
import { deviceId } from './device-id.ts';
import { endMs, type Workload } from './workload.ts';

const HOUR_MS = 3_600_000;

/**
 * Sends an event of no bytes to each partition, an hour after the last one: Spark's append mode writes a window only
 * once later events have moved its watermark past it. Every contestant reads them; no truth knows them.
 */
export async function sendClosingMarkers(kafka: Kafka, topic: string, workload: Workload): Promise<void> {
  const seconds = (endMs(workload) + HOUR_MS) / 1000;
  const [id, antenna] = [deviceId('closing marker'), deviceId('antenna of the closing marker')];
  const value = `{"timestamp":${seconds},"id":"${id}","antenna_id":"${antenna}","bytes":0,"app":"SKYPE"}`;
  const messages = Array.from({ length: workload.partitions }, (_, partition) => ({ key: id, value, partition }));
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({ topic, messages });
  } finally {
    await producer.disconnect();
  }
}
