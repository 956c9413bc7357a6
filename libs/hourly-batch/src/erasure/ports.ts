import type { EventColumns } from '@antenna/archive-format';
import type { ListedFile } from '../ports.ts';

/** A file of the manifest that may hold the person. */
export interface ErasableFile extends ListedFile {
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
  readonly rows: number;
  /** Sum of the events' bytes. */
  readonly eventBytes: bigint;
  /**
   * Checksums that the file may have instead: an erasure has announced them, and was killed before it settled one.
   * Empty for nearly every file.
   */
  readonly replacements: readonly string[];
}

export interface ArchivedHour {
  readonly hourMs: number;
  /** At least one, sorted by path. */
  readonly files: readonly ErasableFile[];
}

/** How far the sinks have read a partition of the topic. */
export interface ReadPosition {
  readonly topic: string;
  readonly partition: number;
  /** Every sink has passed the records below this offset. */
  readonly passedOffset: number;
  /** Some sink has passed the records below this offset, or is about to archive them. */
  readonly readOffset: number;
}

/** A file that replaces another one. */
export interface Replacement {
  readonly path: string;
  readonly erasure: number;
  /** The file's checksum in the manifest, and the one that it was found with. */
  readonly listedChecksum: string;
  readonly foundChecksum: string;
  /** Whether the manifest need not know the checksum that was found: it was restored to an earlier time. */
  readonly isRestored: boolean;
  /** Of the new file. */
  readonly checksum: string;
  readonly sizeBytes: number;
  readonly erasedEvents: number;
}

/** How far the stream is read. */
export interface ReadPositions {
  positions(): Promise<readonly ReadPosition[]>;
}

/** The manifest for an erasure. Every call is one transaction, and may be repeated. */
export interface ErasureManifest {
  /** The first hour from `fromMs` on that has files; undefined when there is none. */
  nextHour(fromMs: number): Promise<ArchivedHour | undefined>;
  /**
   * Announces a replacement, before the file is replaced. No result of the hour is accepted until it is settled.
   * @returns false, without a change, when the manifest has another checksum by now.
   */
  propose(replacement: Replacement): Promise<boolean>;
  /**
   * Lists the new file, after the file was replaced, and raises the revision of its hour.
   * @returns false, without a change, when another erasure has announced a replacement since.
   */
  settle(replacement: Replacement): Promise<boolean>;
  /** Takes a replacement back that will never happen. */
  withdraw(replacement: Replacement): Promise<void>;
}

/** What was deleted beside the totals. */
export interface ErasedRecords {
  readonly hadMetadata: boolean;
  readonly quotaEvents: number;
  readonly deadLetters: number;
  readonly corrections: number;
}

/** The person in the tables. Every call may be repeated. */
export interface ErasureTables {
  /** Records that an erasure begins. @returns its number. */
  begin(): Promise<number>;
  /** The hours with totals of the user from `fromMs` on; `nextMs` is where the next call goes on. */
  hoursOf(userId: string, fromMs: number): Promise<{ readonly hoursMs: readonly number[]; readonly nextMs?: number }>;
  /** Moves the user's bytes in an hour to the empty id. */
  eraseHour(userId: string, hourMs: number): Promise<void>;
  /** Deletes everything else that is stored of the user, and records that the erasure has ended. */
  eraseRecords(userId: string, erasure: number): Promise<ErasedRecords>;
}

/** A file of the archive as it was read. */
export interface FileVersion {
  readonly path: string;
  /** Changes whenever the file is replaced. */
  readonly version: string;
  readonly checksum: string;
  readonly rows: EventColumns;
}

/** A file that is written and not yet in its place. */
export interface RewrittenFile {
  readonly checksum: string;
  readonly sizeBytes: number;
  /** As read back from it by another implementation than the one that wrote it. */
  readonly rows: EventColumns;
  /**
   * Puts the file in its place: readers see the old file or the new one, each as a whole.
   * @returns false, without a change, when the file there is not of the version that was read.
   * @throws {ReplacementRefusedError} when the store refuses it, and the file is unchanged.
   */
  replace(): Promise<boolean>;
}

/** The store refuses to replace a file, and will do so again: a right is missing. The cause says which. */
export class ReplacementRefusedError extends Error {
  override readonly name = 'ReplacementRefusedError';
}

export interface ErasableArchive {
  /** @throws an error that names the file when it cannot be read. */
  read(path: string): Promise<FileVersion>;
  /** Writes rows to a new file for the same name, passes it to `use`, and removes it unless it was put in its place. */
  rewrite<T>(former: FileVersion, rows: EventColumns, use: (file: RewrittenFile) => Promise<T>): Promise<T>;
}

export interface UserFinder {
  /**
   * The number of the user's events in each of the files that have some, by path.
   * @throws {ArchiveContentError} naming the file that cannot be read.
   */
  find(userId: string, files: readonly ListedFile[]): Promise<ReadonlyMap<string, number>>;
}
