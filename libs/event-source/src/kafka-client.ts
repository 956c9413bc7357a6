import kafkajs, { type Kafka, type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import { registerCodecs } from './compression.ts';

/** How to reach the brokers. */
export interface KafkaConnection {
  readonly clientId: string;
  readonly brokers: readonly string[];
  /** True for the system's certificate authorities; an object for others. */
  readonly ssl?: boolean | { readonly ca: readonly string[] };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** Where the client's own messages go. */
export type KafkaLog = (message: string, details: Readonly<Record<string, unknown>>) => void;

/**
 * A client whose every request ends: a connection that takes but never answers is given up after 10 s, and a request
 * is tried six times with backoff from 0.2 s to 3 s.
 */
export function kafkaClient(connection: KafkaConnection, log: KafkaLog): Kafka {
  registerCodecs();
  const config: KafkaConfig = {
    clientId: connection.clientId,
    brokers: [...connection.brokers],
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 6 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => {
      log(entry.log.message, detailsOf(entry));
    },
  };
  if (connection.ssl !== undefined) config.ssl = sslOptions(connection.ssl);
  // The three mechanisms take the same two fields; the library's type is a union by mechanism.
  if (connection.sasl !== undefined) config.sasl = { ...connection.sasl } as SASLOptions;
  return new kafkajs.Kafka(config);
}

function sslOptions(ssl: NonNullable<KafkaConnection['ssl']>): boolean | { ca: string[] } {
  return typeof ssl === 'boolean' ? ssl : { ca: [...ssl.ca] };
}

function detailsOf({ namespace, log: { message: _message, timestamp: _timestamp, ...details } }: LogEntry) {
  return { namespace, ...details };
}
