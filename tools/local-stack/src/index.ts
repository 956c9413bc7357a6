export { defaultHome } from './checkout.ts';
export { ProgramMissingError } from './errors.ts';
export { down, reset } from './commands/down.ts';
export { stackStatus, type ServiceStatus } from './commands/status.ts';
export { up } from './commands/up.ts';
export { startGcs, type GcsOptions } from './gcs/gcs.ts';
export type { FurtherListener, FurtherSettings } from './kafka/further-settings.ts';
export { java } from './kafka/java.ts';
export { kafkaJars } from './kafka/kafka-jars.ts';
export { startKafka, type KafkaOptions } from './kafka/kafka.ts';
export {
  type ClusterTopic,
  endKafkaCluster,
  type KafkaCluster,
  type KafkaClusterOptions,
  startKafkaCluster,
} from './kafka/kafka-cluster.ts';
export { kafkaProperties } from './kafka/kafka-properties.ts';
export type { PartitionState } from './kafka/partition-state.ts';
export type { ProxiedListener } from './kafka/proxied-listener.ts';
export type { SecureListener } from './kafka/secure-listener.ts';
export { localServer, type LocalServer, type ServerKind } from './local-server.ts';
export { freePortNumbers, freePorts, type Ports } from './ports.ts';
export { type PgbouncerOptions, startPgbouncer } from './postgres/pgbouncer.ts';
export { startPostgres, type PostgresOptions } from './postgres/postgres.ts';
export { type Standby, type StandbyOptions, startStandby } from './postgres/standby.ts';
export { debianProgram } from './process/debian-program.ts';
export { fetched } from './process/fetched.ts';
export { processFile, type ProcessFile } from './process/process-file.ts';
export { asSoleUser } from './process/sole-user.ts';
export { rememberedOrDefault } from './remembered-ports.ts';
export { reportToStderr, type Report } from './report.ts';
export type { ServerCertificate } from './server-certificate.ts';
export type { ServerOptions } from './server-options.ts';
export type { ServiceName } from './service-name.ts';
export { deleteData, stackAt, startStack, stopStack, type Stack, type StackOptions } from './stack.ts';
