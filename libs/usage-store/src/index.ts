export { PostgresDeadLetterStore } from './dead-letter-store.ts';
export { PostgresCertificateStore } from './certificate-store.ts';
export { PostgresCorrectionStore } from './correction-store.ts';
export { connectWithRetry } from './connect-with-retry.ts';
export { databaseIdentity, openDatabase } from './database.ts';
export { checkExistingTables } from './existing-tables.ts';
export { type MovedStream, type PartitionEnd, StreamMoves } from './stream-moves.ts';
export { PostgresRestoredManifest } from './restored-manifest.ts';
export { PostgresErasureStore } from './erasure-store.ts';
export { PostgresExplanationStore } from './explanation-store.ts';
export { UnfitServerError } from './fit-server.ts';
export { PostgresHourStore } from './hour-store.ts';
export {
  AbandonedFiles,
  type AcknowledgedGap,
  type AcknowledgedTruncation,
  type ArchivedChunk,
  type CutChunk,
  type HeldPosition,
  LostRecords,
} from './lost-records.ts';
export { initialUsers, seedUsers } from './seed-users.ts';
export { migrate } from './migrate.ts';
export { newestPaths } from './newest-paths.ts';
export { isPassingFailure } from './passing-failure.ts';
export { Patience } from './patience.ts';
export { PostgresQuotaEventQueue, type UnsentQuotaEvents } from './quota-event-queue.ts';
export { PostgresPositionStore } from './position-store.ts';
export { PostgresReconciliationStore } from './reconciliation-store.ts';
export { type LateEvents, PostgresRetentionStore } from './retention-store.ts';
export { ensureDatabaseOwner, SUPERSET_METADATA } from './roles/database-owner.ts';
export { ensureLogin, grantGroup, LOGINS } from './roles/logins.ts';
export { checkSchema } from './schema-version.ts';
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
