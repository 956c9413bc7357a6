import type { CountedRange, QuotaTableRow, RecordPosition, TotalsTableRow } from '@antenna/truth';

/** A row of `user_metadata`. */
export interface KnownUser {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly quota: bigint | null;
}

/** One that is stored whole. */
interface DeadLetter extends RecordPosition {
  readonly reason: string;
}

/** Dead letters of a flood. */
interface DeadLetterRange extends CountedRange {
  readonly reason: string;
}

/** A file, and how many rows it holds. */
export interface FileRows {
  /** Relative to the archive's root. */
  readonly path: string;
  readonly rows: bigint;
}

/** What the three workers have left in the database. */
export interface DatabaseResults {
  readonly users: readonly KnownUser[];
  /** Ordered by time, type and id. */
  readonly windows: readonly TotalsTableRow[];
  /** Ordered by time, type and id. */
  readonly hours: readonly TotalsTableRow[];
  readonly overQuota: readonly QuotaTableRow[];
  readonly deadLetters: readonly DeadLetter[];
  readonly deadLetterRanges: readonly DeadLetterRange[];
  readonly manifest: readonly FileRows[];
  /** Chunks of the archive that were begun and not finished. */
  readonly openIntents: readonly RecordPosition[];
}

/** What anybody finds who lists the archive, read by an engine that knows nothing of the product. */
export interface ArchiveResults {
  readonly files: readonly FileRows[];
  readonly records: readonly RecordPosition[];
  /** Totals by the hour of the folders. */
  readonly hours: readonly TotalsTableRow[];
}

export interface DemoResults {
  readonly database: DatabaseResults;
  readonly archive: ArchiveResults;
  /** Number of records that each partition of the topic was sent. */
  readonly topicEnds: ReadonlyMap<number, number>;
}
