import type { KafkaConnection } from '@antenna/cli';
import { kafkaClient, type KafkaLog } from '@antenna/event-source';
import type { Kafka } from 'kafkajs';

/**
 * A client that outlasts a broker's restart: it goes on trying for about a minute, where the workers' client gives up
 * after ten seconds, since a worker can begin again from its positions and a simulation cannot.
 */
export function patientClient(connection: KafkaConnection, log: KafkaLog): Kafka {
  return kafkaClient(connection, 'simulator', log, {
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 25 },
  });
}
