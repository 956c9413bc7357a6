import type { TotalType } from '@antenna/aggregation';
import type { HourLack, PartitionArchival } from './finality.ts';

/** A file of the archive. Its path is relative to the archive's root. */
export interface ListedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** A file as the manifest has it. */
export interface ManifestFile extends ListedFile {
  readonly topic: string;
  readonly partition: number;
  /** The chunk [startOffset, endOffset) that the file is part of. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** Of the partition's log: offsets are unique within one. */
  readonly generation: number;
  readonly rows: number;
  /** Sum of the events' bytes. */
  readonly eventBytes: bigint;
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
}

/** What the store knew of an hour at one instant. */
export interface HourManifest extends HourLack {
  /** The store's clock, milliseconds since 1970. */
  readonly readAtMs: number;
  /** Commits that have changed the hour; 0 when no file of it was ever listed. */
  readonly revision: number;
  /** Whether the hour was ever archived or computed. */
  readonly isKnown: boolean;
  readonly files: readonly ManifestFile[];
  /** Files of any hour that are about to be created, or have been and are not listed yet. */
  readonly intendedPaths: readonly string[];
  /** True when the store lists or intends no file of any hour: whatever the archive holds, others have written it. */
  readonly isForeign: boolean;
  /** Every partition that the topic has, as of the same instant. */
  readonly partitions: readonly PartitionArchival[];
}

/** The bytes of one user, antenna or app in the hour. */
export interface HourRow {
  readonly type: TotalType;
  readonly id: string;
  readonly value: bigint;
}

/** The offsets of a partition that were met, both included. */
export interface OffsetSpan {
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

export interface HourTotals {
  /** Sorted by type and id (the bytes of their UTF-8), each pair once. */
  readonly rows: readonly HourRow[];
  readonly events: number;
  /** In the order of the partitions; undefined when the files do not tell where their rows come from. */
  readonly offsets: readonly OffsetSpan[] | undefined;
}

/** A file that a run read. What the manifest says of it is absent in a foreign archive. */
export type InputFile = ListedFile & Partial<ManifestFile>;

/** One hour's result and where it comes from. */
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

export interface CommittedHour {
  readonly usersOverQuota: number;
  readonly usersWithoutMetadata: number;
}

export interface OverQuota {
  readonly email: string | undefined;
  readonly usage: bigint;
  readonly quota: bigint;
}

/** What a commit would do. */
export interface HourPreview extends CommittedHour {
  /** Rows that are there now and would be replaced. */
  readonly replacedHourlyRows: number;
  readonly replacedOverQuotaRows: number;
  /** Those who use the most beyond their quota first, at most as many as were asked for. */
  readonly overQuota: readonly OverQuota[];
}

/** An hour as `status` shows it. */
export interface HourStatus extends HourLack {
  readonly hourMs: number;
  readonly revision: number;
  readonly files: number;
  /** Events in the archive. */
  readonly events: number;
  /** The run whose result is in the tables. */
  readonly lastRun: HourRun | undefined;
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
  /** In the order of time. */
  readonly hours: readonly HourStatus[];
}

/** Hours from `fromMs` to before `toMs`, both starts of hours in milliseconds since 1970. */
export interface HourRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The manifest and the results. Every call sees, or makes, one consistent state of the store. */
export interface HourStore {
  /** @throws a known error when the store belongs to another archive. */
  readManifest(hourMs: number): Promise<HourManifest>;
  /** Every hour that was counted, archived or computed; without a range, of all time. */
  statuses(range?: HourRange): Promise<HourStatuses>;
  /**
   * Replaces the hour's totals and users over quota and records the run, all or nothing. Of two commits of one hour
   * the later one waits for the other.
   * @throws {NewerResultError} when the result of a newer revision is there; nothing is changed then.
   */
  commit(result: HourCommit): Promise<CommittedHour>;
  /** What `commit` would do with these totals; changes nothing. */
  preview(hourMs: number, totals: HourTotals): Promise<HourPreview>;
}

/** The archive's folder of an hour. */
export interface HourFolder {
  /** Every file of the hour that readers would take, in the order of the paths. An hour without a folder has none. */
  list(hourMs: number): Promise<readonly ListedFile[]>;
  /**
   * Makes sure that an archive without a manifest holds of the hour what `list` tells, and nothing else.
   * @throws an error that names the log of a table format which decides what counts, or a file that lies elsewhere.
   */
  checkForeignLayout(hourMs: number): Promise<void>;
}

/** Adds up an hour: the place of an embedded or of a distributed engine. */
export interface HourEngine {
  /** Name and version, kept with each run. */
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
