export {
  type Certificate,
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
  hoursToCompact,
  parseCompactionMetadata,
  unknownCompactions,
} from './compact-hour.ts';
export type * from './compaction-ports.ts';
export type * from './corrections.ts';
export { dueHours, hoursBetween, isDirty } from './due-hours.ts';
export * from './errors.ts';
export type { FileScanner } from './file-facts.ts';
export { finality, type Finality, type FinalityObstacle, type HourLack } from './finality.ts';
export { hourText } from './errors.ts';
export type * from './ports.ts';
export * from './row-facts.ts';
export { type HourOptions, type HourOutcome, type HourResult, runHours } from './run-hour.ts';
export { type VerifiedHour, verifyHour } from './verify-hour.ts';
export {
  type Cause,
  CAUSES,
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
export * from './erasure/ports.ts';
export { type ErasureResult, eraseUser } from './erasure/erase-user.ts';
export type * from './explanation/ports.ts';
export type * from './retention/ports.ts';
export { isRemoved, retain, type Retained, type RetentionPolicy } from './retention/retain.ts';
export { explainTotal, type Explanation, isUnknown } from './explanation/explain-total.ts';
