export { PostgresDeadLetterStore } from './dead-letter-store.ts';
export { PostgresCertificateStore } from './certificate-store.ts';
export { PostgresCorrectionStore } from './correction-store.ts';
export { connectWithRetry, type RetryOptions } from './connect-with-retry.ts';
export { databaseIdentity, type DatabaseOptions, openDatabase } from './database.ts';
export {
  ChunkInProgressError,
  DatabaseRefusedError,
  DatabaseUnavailableError,
  DatabaseUnreachableError,
  DecoderVersionError,
  MigrationFailedError,
  MigrationLockedError,
  OtherStreamError,
  PermissionDeniedError,
  SchemaMissingError,
  SchemaVersionError,
} from './errors.ts';
export { checkExistingTables } from './existing-tables.ts';
export { PostgresExplanationStore } from './explanation-store.ts';
export { UnfitServerError } from './fit-server.ts';
export { PostgresHourStore, type HourStoreOptions } from './hour-store.ts';
export {
  AbandonedFiles,
  type AcknowledgedGap,
  type AcknowledgedTruncation,
  type ArchivedChunk,
  type CommandedStream,
  type CutChunk,
  type HeldPosition,
  LostRecords,
} from './lost-records.ts';
export { initialUsers, seedUsers } from './seed-users.ts';
export { migrate, type MigrateOptions } from './migrate.ts';
export { newestPaths } from './newest-paths.ts';
export { isPassingFailure } from './passing-failure.ts';
export { Patience, type PatienceOptions } from './patience.ts';
export type { MadePartitions } from './partitions.ts';
export { PostgresQuotaEventQueue, type UnsentQuotaEvents } from './quota-event-queue.ts';
export { PostgresPositionStore, type StreamIdentity } from './position-store.ts';
export { PostgresReconciliationStore } from './reconciliation-store.ts';
export { ensureDatabaseOwner, SUPERSET_METADATA } from './roles/database-owner.ts';
export { ensureLogin, grantGroup, LOGINS } from './roles/logins.ts';
export { checkSchema, SCHEMA_VERSION } from './schema-version.ts';
export { StreamOperations, type RetiredTopic } from './stream-operations.ts';
export {
  type LateAntenna,
  type NotedFault,
  type PartitionProgress,
  type ReconciliationStatus,
  type StreamLateness,
  StreamProgress,
} from './stream-progress.ts';
export { type DatabaseConnection, databaseSettings } from './settings/database-settings.ts';
