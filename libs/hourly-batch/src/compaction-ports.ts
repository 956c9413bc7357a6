import type { ManifestFile } from './ports.ts';

/** What a file for analysts holds: every event of an hour and topic, as of a revision of the hour. */
export interface HourVersion {
  readonly hourMs: number;
  readonly topic: string;
  readonly revision: number;
  readonly rows: number;
  /** The archive that it was merged from. */
  readonly archiveUrl: string;
}

/** A version that is there. */
export interface StoredVersion extends HourVersion {
  /** Changes whenever the file is replaced. */
  readonly token: string;
}

/** The second root, for analysts: one file for each hour and topic, which is only ever replaced whole. */
export interface AnalyticsRoot {
  /** What is there, of one hour or of all. @throws when a file tells nothing of its version: it is nobody's. */
  versions(hourMs?: number): Promise<readonly StoredVersion[]>;
  /**
   * Puts a local file in the place of the version that was there: whoever lists or opens the file finds the one or the
   * other, whole.
   * @param replaced undefined when there was none.
   * @returns false, having changed nothing, when another than `replaced` is there now.
   */
  replace(localPath: string, version: HourVersion, replaced: StoredVersion | undefined): Promise<boolean>;
}

/** What the rows of a file that was merged have in common. */
export interface SourceFacts {
  /** In the archive. */
  readonly path: string;
  readonly partition: number;
  readonly rows: number;
  readonly eventBytes: bigint;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Sum of a hash of each row, all columns: of files together it is the sum. */
  readonly digest: bigint;
}

/** What the rows of a partition have in common in the merged file. */
export interface MergedFacts {
  readonly partition: number;
  readonly rows: number;
  /** How many different offsets they have. */
  readonly offsets: number;
  readonly eventBytes: bigint;
  readonly digest: bigint;
  readonly ofOtherHours: number;
}

export interface MergedFile {
  readonly localPath: string;
  readonly sizeBytes: number;
  /** As read from the files that were merged, a row for each file and partition. */
  readonly sources: readonly SourceFacts[];
  /** As read back from the merged file. */
  readonly merged: readonly MergedFacts[];
}

export interface HourMerger {
  /**
   * Merges files into one, hands it to `use`, and removes it.
   * @throws {ArchiveContentError} naming the file that cannot be read.
   */
  merge<T>(version: HourVersion, files: readonly ManifestFile[], use: (file: MergedFile) => Promise<T>): Promise<T>;
}
