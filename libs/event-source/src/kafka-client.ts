import type { KafkaConnection } from '@antenna/cli';
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import { registerCodecs } from './compression.ts';
import { timeOutOnSilence } from './slow-responses.ts';

/** Where the client's own messages go. */
export type KafkaLog = (message: string, details: Readonly<Record<string, unknown>>) => void;

/**
 * A client whose every request ends: a broker that is silent for 10 s is given up, and a request is tried six times with
 * backoff from 0.2 s to 3 s. A response may take longer to arrive, as one of 8 MiB does over a slow link.
 * @param changes for tests.
 */
export function kafkaClient(
  { brokers, ssl, sasl }: KafkaConnection,
  clientId: string,
  log: KafkaLog,
  changes: Pick<KafkaConfig, 'requestTimeout' | 'socketFactory'> = {},
): Kafka {
  registerCodecs();
  timeOutOnSilence();
  const config: KafkaConfig = {
    clientId,
    brokers: [...brokers],
    ssl: ssl === false ? false : ssl.ca === undefined ? true : { ca: [ssl.ca] },
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 6 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      log(entry.log.message, detailsOf(entry));
    },
    ...changes,
  };
  // The three mechanisms take the same two fields; the library's type is a union by mechanism.
  if (sasl !== undefined) config.sasl = { ...sasl } as SASLOptions;
  return new kafkajs.Kafka(config);
}

function detailsOf({ namespace, log }: LogEntry): Readonly<Record<string, unknown>> {
  const details: Record<string, unknown> = { namespace, ...log };
  delete details['message'];
  delete details['timestamp'];
  return details;
}
