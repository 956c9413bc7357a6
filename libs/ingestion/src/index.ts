export { inParallel } from './archive-sink/in-parallel.ts';
export { archivedFile } from './archive-sink/archived-file.ts';
export { ArchiveConflictError } from './archive-sink/chunk-writer.ts';
export { fingerprintOf } from './fingerprint.ts';
export { Ingestion } from './ingestion.ts';
export * from './operators/dead-letters/index.ts';
export {
  type CompareEvents,
  findTruncation,
  hiddenFrom,
  type SeenRecord,
  type Truncation,
} from './operators/find-truncation.ts';
export * from './operators/restore/index.ts';
export { unreadableRange, type UnreadableRange } from './operators/unreadable-position.ts';
export type { PartitionFault } from './partition-fault.ts';
export * from './ports/index.ts';
export { ListedRecords } from './ports/listed-records.ts';
export { type LastSeen, lastSeenOf } from './seen-records.ts';
export { DataGapError, LogTruncatedError, refuseUnreadable, TopicRecreatedError } from './start-offset.ts';
export {
  publishQuotaEvents,
  type QuotaEvent,
  type QuotaEventQueue,
  type QuotaEventSender,
} from './quota-events/publish-quota-events.ts';
export { deadLettersByReason } from './totals-sink/dead-letter.ts';
export { HourCounts } from './totals-sink/hour-counts.ts';
