import type { ConnectionOptions } from 'node:tls';
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from 'kafkajs';
import { addressedSockets, withoutColons } from './broker-address.ts';
import { registerCodecs } from './compression.ts';
import { saslOptions } from './login/sasl-options.ts';
import { tellRefusedCoordinator } from './refused-coordinator.ts';
import type { KafkaConnection, KafkaTls } from './settings/kafka-settings.ts';
import { timeOutOnSilence } from './slow-responses.ts';

/** Receives the log messages of the Kafka client. */
export type KafkaLog = (message: string, details: Readonly<Record<string, unknown>>) => void;

type Changes = Pick<KafkaConfig, 'requestTimeout' | 'retry' | 'socketFactory'>;

/**
 * A Kafka client whose every request ends: a request fails when its broker is silent for 10 s, and is tried six times
 * with backoff from 0.2 s to 3 s. A response may take longer to arrive, such as one of 8 MiB over a slow link.
 * @param changes of this configuration, for tests and for callers that wait longer.
 */
export function kafkaClient(
  { brokers, ssl, sasl }: KafkaConnection,
  clientId: string,
  log: KafkaLog,
  changes: Changes = {},
): Kafka {
  registerCodecs();
  timeOutOnSilence();
  tellRefusedCoordinator();
  const config: KafkaConfig = {
    clientId,
    brokers: brokers.map(withoutColons),
    ssl: ssl === false ? false : tlsOptions(ssl),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
    socketFactory: addressedSockets(),
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 6 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      if (!isRepeated(entry)) log(entry.log.message, detailsOf(entry));
    },
    ...changes,
  };
  return new kafkajs.Kafka(config);
}

/** Given CA certificates replace those that Node trusts by default; they are not added to them. */
function tlsOptions({ ca, cert, key }: KafkaTls): ConnectionOptions {
  return { ...(ca === undefined ? {} : { ca: [ca] }), ...(cert === undefined ? {} : { cert, key }) };
}

/** The client logs each response with an error code, and then throws it to the caller, who handles or logs it. */
function isRepeated({ namespace, log }: LogEntry): boolean {
  return namespace === 'Connection' && log.message.startsWith('Response ');
}

function detailsOf({ namespace, log }: LogEntry): Readonly<Record<string, unknown>> {
  const details: Record<string, unknown> = { namespace, ...log };
  delete details['message'];
  delete details['timestamp'];
  // It leads through the client's own code only.
  delete details['stack'];
  return details;
}
