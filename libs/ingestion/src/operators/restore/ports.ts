import type { EventColumns } from '@antenna/archive-format';

/** A file in a listing of the archive. Its path is relative to the archive's root. */
interface FoundFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** A file that was read, with a token of its version, which changes when another file takes its name. */
interface ReadFile extends FoundFile {
  readonly version: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly checksum: string;
  readonly rows: EventColumns;
}

/** What is recorded of a file before it leaves the archive. */
export interface SetAsideFile extends FoundFile {
  readonly checksum: string;
  readonly rows: number;
  /** Events that have lost their id in an erasure. */
  readonly erasedEvents: number;
}

/** The archive of a restored database. Only this command takes files out of an archive. */
export interface RestoredArchive {
  /** The files of each folder in turn, without those that readers ignore. A folder without files may be left out. */
  folders(): AsyncIterable<readonly FoundFile[]>;
  /** @throws an error that names the file, when it was not written by this product. */
  read(path: string): Promise<ReadFile>;
  /**
   * Copies a file, durably, to the place aside, under the same path. A copy that exists is kept.
   * @throws an error, when another file has this path there.
   */
  copyAside(file: Pick<ReadFile, 'path' | 'checksum'>): Promise<void>;
  /** Removes a file, if it is of that version still, from the archive. */
  remove(path: string, version: string): Promise<void>;
}

/** A position of the restored database. */
export interface RestoredPosition {
  readonly sink: string;
  readonly partition: number;
  readonly nextOffset: number;
}

/** A restore that is being settled. */
export interface OpenRestore {
  readonly number: number;
  readonly positions: readonly RestoredPosition[];
}

/** What all runs of the command have set aside for one restore. */
export interface SetAsideFiles {
  readonly files: number;
  readonly events: number;
  readonly erasedEvents: number;
}

/** The restored manifest. Every call is one transaction, and may be repeated. */
export interface RestoredManifest {
  /**
   * Opens a restore, or returns the one that is open. Until it is ended, no worker can claim a partition, and the database
   * refuses every commit and every file of a worker that claimed before.
   */
  begin(): Promise<OpenRestore>;
  /** Those of the paths that neither the manifest nor an open intent nor a chunk that was given up names. */
  unknownPaths(paths: readonly string[]): Promise<readonly string[]>;
  /** @throws an error, when the restore was ended, or the path is known by now. */
  noteSetAside(restore: number, file: SetAsideFile): Promise<void>;
  end(restore: number): Promise<SetAsideFiles>;
}

/** The files of the restored manifest, hour by hour. */
export interface ManifestFiles {
  /** The files of the first hour from `fromMs` on that has files; undefined when there is none. */
  nextHour(
    fromMs: number,
  ): Promise<{ readonly hourMs: number; readonly files: readonly ListedManifestFile[] } | undefined>;
}

interface ListedManifestFile extends FoundFile {
  /** Checksums that an erasure has announced for the file: its size may differ. */
  readonly replacements: readonly string[];
}
