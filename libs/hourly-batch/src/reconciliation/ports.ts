import type { HourRange, ManifestFile } from '../ports.ts';
import type { TypeDifference } from './difference.ts';

/** A file that was archived after the hour was computed. */
export interface FileSinceRun extends Pick<ManifestFile, 'path' | 'rows' | 'eventBytes'> {
  /** Milliseconds since 1970. */
  readonly archivedAtMs: number;
}

export interface HourDifference {
  readonly hourMs: number;
  /** One for each type of totals. */
  readonly types: readonly TypeDifference[];
  /** In the order of their archival. */
  readonly filesSinceRun: readonly FileSinceRun[];
}

/** What the store keeps of an hour's reconciliation. */
export interface ReconciliationRecord {
  readonly hourMs: number;
  /** Sum over the types. */
  readonly unexplainedBytes: bigint;
  readonly fileProblems: number;
}

/** The differences between speed and batch layer, and the record of their reconciliations. */
export interface ReconciliationStore {
  /** The hours of the range that have totals, files or results, in order, all of one instant. */
  differences(range: HourRange): Promise<readonly HourDifference[]>;
  /**
   * The hours to compare next, in order: those of the last `recentMs`, those that were archived or computed since they
   * were reconciled, and those that were not in order then.
   */
  dueHours(recentMs: number): Promise<readonly number[]>;
  /** Replaces the records of these hours. */
  record(records: readonly ReconciliationRecord[]): Promise<void>;
}
