import type { KafkaLog } from '@antenna/event-source';
import type { KafkaConnection } from '@antenna/cli';
import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';

/**
 * A client that outlasts a broker's restart: it goes on trying for about a minute, where the workers' client gives up
 * after ten seconds, since a worker can begin again from its positions and a simulation cannot.
 */
export function patientClient({ brokers, ssl, sasl }: KafkaConnection, log: KafkaLog): Kafka {
  const config: KafkaConfig = {
    clientId: 'simulator',
    brokers: [...brokers],
    ssl: ssl === false ? false : ssl.ca === undefined ? true : { ca: [ssl.ca] },
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 25 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator:
      () =>
      ({ log: { message, ...details } }) => {
        log(message, details);
      },
  };
  // The mechanisms take the same two fields; the library's type is a union by mechanism.
  if (sasl !== undefined) config.sasl = { ...sasl } as SASLOptions;
  return new kafkajs.Kafka(config);
}
