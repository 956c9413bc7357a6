export { startGcs, type GcsOptions } from './gcs/gcs.ts';
export { startKafka, type KafkaOptions } from './kafka/kafka.ts';
export type { LocalServer } from './local-server.ts';
export { freePorts, type Ports } from './ports.ts';
export { startPostgres, type PostgresOptions } from './postgres/postgres.ts';
export type { Report } from './report.ts';
export type { ServerOptions } from './server-options.ts';
export type { ServiceName } from './service-name.ts';
export { startStack, stopStack, type Stack, type StackOptions } from './stack.ts';
