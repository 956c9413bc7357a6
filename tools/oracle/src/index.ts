export { type Check, check, isProven, NotProvenError, proofText, requireEqualRows } from './check.ts';
export { compareRows, type Difference, type KeyedRow, summarize } from './compare-rows.ts';
export { Findings } from './known/findings.ts';
export { type KnownRecord, KnownRecords, type LostRecords } from './known/known-records.ts';
export { Replays } from './known/replays.ts';
export { checkTopic } from './known/topic-contents.ts';
export { judgeStream, type Verdict } from './known/verdict.ts';
export { deadLetterCounts, prove } from './proof.ts';
export type { CountedRange, RecordPosition } from './records-of-ranges.ts';
export { archiveSize, type ArchivedEvent, type StoredArchive, withArchive } from './stored/archive.ts';
export { copyBucket } from './stored/bucket.ts';
export {
  type DatabaseResults,
  proveServices,
  readResults,
  readTopicEnds,
  type ServiceAddresses,
  type StoredResults,
} from './stored/results.ts';
export { type KnownUser, type Query, StoredTables, withTables } from './stored/tables.ts';
export { streamDifferences } from './stream-differences.ts';
export { keyedQuotas, keyedTotals, type QuotaTableRow, type TotalsTableRow } from './table-rows.ts';
export { readTruthFile, writeTruthFile } from './truth-file.ts';
export { type Fact, type QuotaUser, Truth, type TruthParts } from './truth.ts';
