import type { TotalType } from '@antenna/aggregation';
import type { CertificateReference, HourRun, ListedFile } from '../ports.ts';

/** The total of one user, antenna or app in one hour. */
export interface TotalKey {
  /** Start of the hour, milliseconds since 1970. */
  readonly hourMs: number;
  readonly type: TotalType;
  readonly id: string;
}

/** What the store keeps of a total, as of one instant. All times are milliseconds since 1970. */
export interface StoredTotal {
  /** Whether any event of the hour was counted or archived, or the hour was computed. */
  readonly isKnown: boolean;
  /** Whether the hour is below the retention floors: the rows of the total are removed, or may be at any moment. */
  readonly belowFloor: { readonly windows: boolean; readonly hours: boolean };
  /** The windows of the speed layer in which the total has a row, in order. */
  readonly windows: readonly { readonly startMs: number; readonly bytes: bigint }[];
  /** The last run of the hour. */
  readonly run: ExplainedRun | undefined;
  /** The row of the batch layer. */
  readonly hourBytes: bigint | undefined;
  /** Events of the whole hour that are counted and not archived yet. */
  readonly waitingEvents: number;
  /** Only of users with metadata; `quota` is undefined for a user without a limit. */
  readonly limit: { readonly quota: bigint | undefined } | undefined;
  readonly quotaEvents: readonly ExplainedQuotaEvent[];
  readonly corrections: readonly ExplainedCorrection[];
  /** The newest certificate of the hour. */
  readonly certificate: ExplainedCertificate | undefined;
}

export interface ExplainedRun extends Pick<HourRun, 'revision' | 'wasFinal' | 'finishedAtMs'> {
  readonly id: number;
  /** The hour's revision now; the result is dirty if it is greater than that of the run. */
  readonly currentRevision: number;
  readonly engine: string;
  /** The files that the run read. */
  readonly paths: readonly string[];
}

interface ExplainedQuotaEvent {
  readonly state: string;
  readonly usage: bigint;
  readonly quota: bigint;
  readonly seenAtMs: number;
}

interface ExplainedCorrection {
  readonly runId: number;
  readonly correctedAtMs: number;
  readonly oldBytes: bigint | undefined;
  readonly newBytes: bigint | undefined;
  /** Kinds of causes. */
  readonly causes: readonly string[];
}

interface ExplainedCertificate extends CertificateReference {
  readonly createdAtMs: number;
  /** Whether the tables hold the result that the certificate is about. */
  readonly isCurrent: boolean;
}

/** The events of a total in one file and one window. */
export interface EventGroup {
  readonly path: string;
  /** Start of the window of five minutes, milliseconds since 1970. */
  readonly windowMs: number;
  readonly events: number;
  readonly bytes: bigint;
  /** The least and the greatest offset; undefined in files without offsets. */
  readonly offsets: { readonly partition: number; readonly first: number; readonly last: number } | undefined;
}

/** An archived event of a total. */
export interface FoundEvent {
  readonly path: string;
  /** Microseconds since 1970. */
  readonly timeUs: bigint;
  readonly user: string;
  readonly antenna: string;
  readonly app: string;
  readonly bytes: bigint;
  readonly offset: { readonly partition: number; readonly offset: number } | undefined;
}

/** Reads what is stored of a total. */
export interface ExplanationStore {
  /** One snapshot. */
  explain(key: TotalKey): Promise<StoredTotal>;
}

/** The archived events of a total. */
export interface FoundEvents {
  /** The sums of all events by file and window, sorted by path and window. */
  readonly groups: readonly EventGroup[];
  /** The first events themselves, by time, partition and offset. */
  readonly events: readonly FoundEvent[];
}

/** Finds the events of a total in the files of its hour. Reads only the columns that it needs. */
export interface EventFinder {
  /**
   * @param files at least one file.
   * @param most maximum number of events in `events`; 0 when only the sums are needed.
   * @throws {ArchiveContentError} naming a file that cannot be read.
   */
  find(key: TotalKey, files: readonly ListedFile[], most: number): Promise<FoundEvents>;
}
