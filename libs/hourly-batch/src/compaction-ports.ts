import type { ManifestFile } from './ports.ts';

/** What a file for analysts holds: every event of an hour and topic, as of a revision of the hour. */
export interface CompactedHour {
  readonly hourMs: number;
  readonly topic: string;
  readonly revision: number;
  readonly rows: number;
  /** The archive that it was compacted from. */
  readonly archiveUrl: string;
}

/** A version that is there. */
export interface StoredCompaction extends CompactedHour {
  /** Changes whenever the file is replaced. */
  readonly token: string;
}

/** The second root, for analysts: one file for each hour and topic, which is only ever replaced whole. */
export interface AnalyticsRoot {
  /** What is there, of one hour or of all. @throws when a file tells nothing of its version: it is nobody's. */
  versions(hourMs?: number): Promise<readonly StoredCompaction[]>;
  /**
   * Puts a local file in the place of the version that was there: whoever lists or opens the file finds the one or the
   * other, whole.
   * @param replaced undefined when there was none.
   * @returns false, having changed nothing, when another than `replaced` is there now.
   */
  replace(localPath: string, version: CompactedHour, replaced: StoredCompaction | undefined): Promise<boolean>;
}

/** What the rows of a file that was compacted have in common. */
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

/** What the rows of a partition have in common in the compacted file. */
export interface CompactedFacts {
  readonly partition: number;
  readonly rows: number;
  /** How many different offsets they have. */
  readonly offsets: number;
  readonly eventBytes: bigint;
  readonly digest: bigint;
  readonly ofOtherHours: number;
}

export interface CompactedFile {
  readonly localPath: string;
  readonly sizeBytes: number;
  /** As read from the files that were compacted, a row for each file and partition. */
  readonly sources: readonly SourceFacts[];
  /** As read back from the compacted file. */
  readonly compacted: readonly CompactedFacts[];
}

export interface HourCompactor {
  /**
   * Compacts files into one, hands it to `use`, and removes it.
   * @throws {ArchiveContentError} naming the file that cannot be read.
   */
  compact<T>(
    version: CompactedHour,
    files: readonly ManifestFile[],
    use: (file: CompactedFile) => Promise<T>,
  ): Promise<T>;
}
