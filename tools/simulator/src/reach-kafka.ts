import { kafkaClient, type KafkaConnection, type KafkaLog, KafkaUnreachableError } from '@antenna/event-source';
import type { Kafka } from 'kafkajs';
import retry, { AbortError } from 'p-retry';

/** Tries of the first contact; in each, the client asks the brokers several times by itself, for up to 10 s. */
const TRIES = 3;

/**
 * Runs what speaks to Kafka first. Brokers that do not answer are tried again for about half a minute.
 * @throws {KafkaUnreachableError} when none answered, or none let us in.
 */
export async function reachKafka<T>(brokers: readonly string[], contact: () => Promise<T>): Promise<T> {
  try {
    return await retry(() => contact().catch(giveUpOnRefusal), { retries: TRIES - 1, minTimeout: 500 });
  } catch (error) {
    throw new KafkaUnreachableError(
      `none of the brokers ${brokers.join(', ')} could be used: ${String(error)}; ` +
        'see that they run, and that KAFKA_BROKERS, KAFKA_SSL and KAFKA_SASL_* are right',
      { cause: error },
    );
  }
}

function giveUpOnRefusal(error: unknown): never {
  if (error instanceof Error && error.name === 'KafkaJSSASLAuthenticationError') throw new AbortError(error);
  throw error;
}

/**
 * A client that outlasts a broker's restart: it goes on trying for about a minute, where the workers' client gives up
 * after ten seconds, since a worker can begin again from its positions and a simulation cannot.
 */
export function patientClient(connection: KafkaConnection, log: KafkaLog): Kafka {
  return kafkaClient(connection, 'simulator', log, {
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 25 },
  });
}

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
