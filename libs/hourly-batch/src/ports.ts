import type { TotalType } from '@antenna/aggregation';
import type { HourLack, PartitionArchival } from './finality.ts';

/** A file of the archive. Its path is relative to the archive's root. */
export interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** A file as the manifest lists it. */
export interface ManifestFile extends ListedFile {
  readonly topic: string;
  readonly partition: number;
  /** Offsets of the file's chunk: [startOffset, endOffset). */
  readonly startOffset: number;
  readonly endOffset: number;
  /** Generation of the partition's log. Offsets are unique within a generation. */
  readonly generation: number;
  readonly rows: number;
  /** Sum of the events' bytes. */
  readonly eventBytes: bigint;
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
  /** Events whose person was erased; undefined: none. */
  readonly erasedEvents?: number | undefined;
  /** Whether an erasure is replacing the file: its checksum may be another one already. Undefined: no. */
  readonly isBeingErased?: boolean;
}

/** The state of an hour in the store at one instant. */
export interface HourManifest extends HourLack {
  /** The store's clock, milliseconds since 1970. */
  readonly readAtMs: number;
  /** Number of commits that have changed the hour's files; 0 when the manifest never listed a file of it. */
  readonly revision: number;
  /** Whether the hour was ever archived or computed. */
  readonly isKnown: boolean;
  /** Whether the hour is below the retention floor of hours: its result is removed, or may be at any moment. */
  readonly isBelowFloor: boolean;
  readonly files: readonly ManifestFile[];
  /** Paths in open intents, of any hour: these files are created or about to be, but not listed yet. */
  readonly intendedPaths: readonly string[];
  /** True when the store lists and intends no file of any hour: all files of the archive are by other writers. */
  readonly isForeign: boolean;
  /** Every partition of the topic, as of the same instant. */
  readonly partitions: readonly PartitionArchival[];
}

/** The bytes of one user, antenna or app in the hour. */
export interface HourRow {
  readonly type: TotalType;
  readonly id: string;
  readonly value: bigint;
}

/** The least and the greatest offset of a partition among the rows read, both included. */
export interface OffsetSpan {
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

export interface HourTotals {
  /** Sorted by type and id (the bytes of their UTF-8), each pair once. */
  readonly rows: readonly HourRow[];
  readonly events: number;
  /** Sorted by partition; undefined when the files have no columns of partition and offset. */
  readonly offsets: readonly OffsetSpan[] | undefined;
}

/** A file that a run read. The manifest's fields are absent in a foreign archive. */
export type InputFile = ListedFile & Partial<ManifestFile>;

/** The result of an hour and its inputs. */
export interface HourCommit extends HourTotals {
  readonly hourMs: number;
  /** The revision whose files were read. */
  readonly revision: number;
  readonly wasFinal: boolean;
  readonly engine: string;
  readonly files: readonly InputFile[];
  readonly eventBytes: bigint;
  /** By the store's clock, milliseconds since 1970. */
  readonly startedAtMs: number;
}

interface UserCounts {
  readonly usersOverQuota: number;
  readonly usersWithoutMetadata: number;
}

export interface CommittedHour extends UserCounts {
  /** Rows that differ from the former result and were recorded as corrections, since a run of the hour was final. */
  readonly correctedRows: number;
  /** The certificate of the result; undefined for an hour that is not final, and in a foreign archive. */
  readonly certificate: CertificateReference | undefined;
}

/** A place in the chain of certificates. */
export interface CertificateReference {
  readonly number: number;
  /** SHA-256, in hexadecimal. */
  readonly hash: string;
}

export interface OverQuota {
  readonly email: string | undefined;
  readonly usage: bigint;
  readonly quota: bigint;
}

/** The effect that a commit would have. */
export interface HourPreview extends UserCounts {
  /** Existing rows that would be replaced. */
  readonly replacedHourlyRows: number;
  readonly replacedOverQuotaRows: number;
  /** Users over quota, those with the greatest excess first, up to the maximum number. */
  readonly overQuota: readonly OverQuota[];
}

/** The state of an hour's archive, of its last computation and of its last reconciliation. */
export interface HourStatus extends HourLack {
  readonly hourMs: number;
  readonly revision: number;
  /** Whether the hour is below the retention floor of hours: it is not computed again. */
  readonly isBelowFloor: boolean;
  readonly files: number;
  /** Events in the archive. */
  readonly events: number;
  /** The run whose result is in the tables. */
  readonly lastRun: HourRun | undefined;
  /** Bytes that the last reconciliation of the hour could not explain. */
  readonly unexplainedBytes: bigint;
  /** Files of the hour that contradicted the manifest at its last reconciliation. */
  readonly fileProblems: number;
}

export interface HourRun {
  readonly revision: number;
  readonly wasFinal: boolean;
  readonly events: number;
  readonly finishedAtMs: number;
}

export interface HourStatuses {
  /** The store's clock, milliseconds since 1970. */
  readonly nowMs: number;
  readonly partitions: readonly PartitionArchival[];
  readonly floors: RetentionFloors;
  /** In the order of time. */
  readonly hours: readonly HourStatus[];
}

/** Rows of earlier hours are removed by retention; undefined while a floor was never raised. Milliseconds since 1970. */
interface RetentionFloors {
  /** Of the totals by window. */
  readonly windowsMs: number | undefined;
  /** Of the results by hour. */
  readonly hoursMs: number | undefined;
}

/** Hours from `fromMs` to before `toMs`, both starts of hours in milliseconds since 1970. */
export interface HourRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The hours that need attention: not final at their last run, changed since, with events that are counted and not
 * archived, or with a difference that the last reconciliation could not explain.
 */
export interface UnsettledHours {
  /** How many of the newest hours to add, whether they need attention or not. */
  readonly newest: number;
}

/** The manifest and the results. Every call reads or creates one consistent state of the store. */
export interface HourStore {
  /** @throws a known error when the store belongs to another archive. */
  readManifest(hourMs: number): Promise<HourManifest>;
  /**
   * Every hour that was counted, archived or computed, or those of a range, or those that need attention. The last
   * selection costs the same however many other hours there are.
   */
  statuses(selection?: HourRange | UnsettledHours): Promise<HourStatuses>;
  /**
   * Replaces the hour's totals and users over quota, and records the run, its corrections of a former final result and
   * the certificate of a final one, all or nothing. Concurrent commits of one hour run one after the other.
   * @throws {NewerResultError} without a change, when the store holds the result of a newer revision, or an erasure is
   * replacing files of the hour, or has replaced some since the revision was read.
   * @throws {HourBelowFloorError} without a change, when the hour is below the retention floor of hours.
   */
  commit(result: HourCommit): Promise<CommittedHour>;
  /** The effect that `commit` would have with these totals; changes nothing. */
  preview(hourMs: number, totals: HourTotals): Promise<HourPreview>;
}

/** The archive's folder of an hour. */
export interface HourFolder {
  /** Every file of the hour that readers would read, sorted by path. An hour without a folder has none. */
  list(hourMs: number): Promise<readonly ListedFile[]>;
  /**
   * Checks that the files of `list` are exactly the hour's data, in an archive without a manifest.
   * @throws an error that names the log of a table format, which would decide which files count, or a file of the hour
   * in another place.
   */
  checkForeignLayout(hourMs: number): Promise<void>;
}

/** Computes the totals of an hour. An embedded or a distributed engine implements it. */
export interface HourEngine {
  /** Name and version, stored with each run. */
  readonly name: string;
  /**
   * Reads exactly these files, at least one.
   * @throws {ArchiveContentError} naming the file that cannot be read, lacks a column, has a null in one, or holds a
   * row of another hour.
   */
  aggregate(hourMs: number, files: readonly ListedFile[]): Promise<HourTotals>;
}

export interface HourPorts {
  readonly store: HourStore;
  readonly folder: HourFolder;
  readonly engine: HourEngine;
}
