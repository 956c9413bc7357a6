export {
  type Certificate,
  certifiedHourMs,
  type CertificateHead,
  type CertificateStore,
  type CurrentCertificate,
  InvalidCertificateError,
  parseCertificate,
  type StoredCertificate,
} from './certificates/certificate.ts';
export { checkChain, type CheckedChain } from './certificates/check-chain.ts';
export { type VerifiedCertificate, verifyCertificate } from './certificates/verify-certificate.ts';
export {
  type CompactedTopic,
  compactHour,
  compactionMetadata,
  type CompactionPorts,
  hoursToCompact,
  parseCompactionMetadata,
} from './compact-hour.ts';
export type * from './compaction-ports.ts';
export type * from './corrections.ts';
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
export { hourText } from './errors.ts';
export type * from './ports.ts';
export * from './row-facts.ts';
export { type HourOptions, type HourOutcome, type HourResult, runHour, runHours } from './run-hour.ts';
export type { FileProblem, HourInputs } from './select-inputs.ts';
export { type VerifiedHour, verifyHour, type VerifyPorts } from './verify-hour.ts';
export {
  type Cause,
  CAUSES,
  type Comparison,
  COMPARISONS,
  type TypeDifference,
  unexplainedBytes,
  unexplainedSum,
} from './reconciliation/difference.ts';
export type * from './reconciliation/ports.ts';
export {
  type HoursToReconcile,
  isReconciled,
  type ReconciledHour,
  type ReconciliationPorts,
  reconcileHours,
} from './reconciliation/reconcile-hours.ts';
export type * from './explanation/ports.ts';
export { explainTotal, type Explanation, type ExplanationPorts, isUnknown } from './explanation/explain-total.ts';
