export { compactHour, type CompactedTopic, type CompactionPorts, hoursToCompact } from './compact-hour.ts';
export type * from './compaction-ports.ts';
export { dueHours, hoursBetween, isDirty } from './due-hours.ts';
export * from './errors.ts';
export type { FileFacts, FileScanner, ScannedFile, ScannedRow } from './file-facts.ts';
export {
  finality,
  type Finality,
  type FinalityObstacle,
  type HourLack,
  type PartitionArchival,
  type StreamArchival,
} from './finality.ts';
export { hourText } from './hour-text.ts';
export type * from './ports.ts';
export * from './row-facts.ts';
export { type HourOptions, type HourResult, runHour } from './run-hour.ts';
export { type HourOutcome, runHours } from './run-hours.ts';
export type { FileProblem, HourInputs } from './select-inputs.ts';
export { type VerifiedHour, verifyHour, type VerifyPorts } from './verify-hour.ts';
export { parseCompactionMetadata, compactionMetadata } from './compaction-metadata.ts';
