import type { HourStatus, HourStatuses, ManifestFile } from './ports.ts';

/** A version of a compacted file: it holds every event of an hour and topic, as of a revision of the hour. */
export interface CompactedHour extends TopicSources {
  readonly hourMs: number;
  readonly revision: number;
  readonly rows: number;
  /** URL of the archive that it was compacted from. */
  readonly archiveUrl: string;
}

/** The version that the analytics root holds. */
export interface StoredCompaction extends Omit<CompactedHour, 'sourcesDigest'> {
  /** Undefined for a file of a program that did not store it. */
  readonly sourcesDigest: string | undefined;
  /** Changes whenever the file is replaced. */
  readonly token: string;
}

/** The files of one topic in an hour. */
interface TopicSources {
  readonly topic: string;
  /**
   * SHA-256, in hexadecimal, of the paths and checksums of the files (`digestOfSources`). Unlike revisions, which count on from
   * an earlier one after a restore of the database, no two states of an hour's files have the same digest.
   */
  readonly sourcesDigest: string;
}

/** The hours with files in the archive, in the order of time, and what decides whether they are final. */
export interface ArchivedHours extends Pick<HourStatuses, 'nowMs' | 'partitions'> {
  readonly hours: readonly ArchivedHour[];
}

interface ArchivedHour extends Pick<HourStatus, 'hourMs' | 'awaitedEvents'> {
  readonly topics: readonly TopicSources[];
}

/** The analytics root: one compacted file for each hour and topic, which is only replaced as a whole. */
export interface AnalyticsRoot {
  /** The stored versions of one hour or of all hours. @throws when a file has no metadata of its version. */
  versions(hourMs?: number): Promise<readonly StoredCompaction[]>;
  /**
   * Replaces the stored version by a local file, atomically: readers see the old file or the new file as a whole.
   * @param replaced the expected stored version; undefined when none is expected.
   * @returns false, without a change, when the stored version is not `replaced`.
   */
  replace(localPath: string, version: CompactedHour, replaced: StoredCompaction | undefined): Promise<boolean>;
}

/** Aggregates over the rows of one partition in a source file. */
export interface SourceFacts {
  /** Path in the archive. */
  readonly path: string;
  readonly partition: number;
  readonly rows: number;
  readonly eventBytes: bigint;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Sum of row hashes over all columns. Digests of files can be added. */
  readonly digest: bigint;
}

/** Aggregates over the rows of one partition in the compacted file. */
export interface CompactedFacts {
  readonly partition: number;
  readonly rows: number;
  /** Number of distinct offsets. */
  readonly offsets: number;
  readonly eventBytes: bigint;
  readonly digest: bigint;
  readonly ofOtherHours: number;
}

export interface CompactedFile {
  readonly localPath: string;
  readonly sizeBytes: number;
  /** As read from the source files, an element for each file and partition. */
  readonly sources: readonly SourceFacts[];
  /** As read back from the compacted file. */
  readonly compacted: readonly CompactedFacts[];
}

export interface HourCompactor {
  /**
   * Compacts files into one local file, passes it to `use`, and removes it afterwards.
   * @throws {ArchiveContentError} naming the file that cannot be read.
   */
  compact<T>(
    version: CompactedHour,
    files: readonly ManifestFile[],
    use: (file: CompactedFile) => Promise<T>,
  ): Promise<T>;
}
