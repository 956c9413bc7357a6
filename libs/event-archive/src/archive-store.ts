/** A file of the archive in a listing. */
export interface ListedFile {
  /** Relative to the archive's root. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** The direct content of a folder. */
export interface Listing {
  /** The files that readers do not ignore, sorted by path. */
  readonly files: readonly ListedFile[];
  /** Names of all direct subfolders, sorted, including those that readers ignore. */
  readonly folders: readonly string[];
}

/**
 * Stores finished files under paths relative to the archive's root. Only an erasure replaces a file
 * (`ReplaceableStore`), only the settlement of a restored database removes one, and readers never see a partial file. Every failure is an
 * ArchiveError, thrown after several attempts if the reason may pass.
 */
export interface ArchiveStore {
  /**
   * Makes a prepared file visible and durable under its path.
   * @returns false when a file of that name exists already. That can be this very file, from an earlier attempt whose
   * answer was lost.
   */
  publish(preparedFile: string, path: string): Promise<boolean>;
  exists(path: string): Promise<boolean>;
  /**
   * @param folder relative to the archive's root; the root is the empty text. A missing folder counts as empty.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING for a symbolic link without a target.
   */
  list(folder: string): Promise<Listing>;
  /**
   * Makes a file readable on this machine: copies it into a local folder unless it is on a local disk already.
   * @returns the local path.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING when the file does not exist.
   */
  fetch(path: string, localFolder: string): Promise<string>;
}

/** A store that can check its readability before the first file. */
export interface CheckedStore extends ArchiveStore {
  /** @throws {ArchiveError} ARCHIVE_MISSING, ARCHIVE_REFUSED, or an error that passes by itself. */
  checkReadable(): Promise<void>;
}

/** A store whose files can be replaced, for the erasure of a person, and removed, after a restore of the database. */
export interface ReplaceableStore extends ArchiveStore {
  /**
   * A token of the version of a file: it changes whenever the file is replaced.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING when the file does not exist.
   */
  versionOf(path: string): Promise<string>;
  /**
   * Replaces a file by a prepared one under the same name, atomically and durably: a reader that opens the name reads
   * the old file or the new one as a whole, and a reader that has opened it before goes on with the old one.
   * @returns false, without a change, when the file is not of that version any more. It may have been replaced by this
   * very file, in an earlier attempt whose answer was lost.
   */
  replace(preparedFile: string, path: string, version: string): Promise<boolean>;
  /**
   * Removes a file, durably.
   * @returns false, without a change, when the file is gone, or is not of that version any more.
   */
  remove(path: string, version: string): Promise<boolean>;
}

/** Whether readers of the archive read a file of this name: by Spark's rule, without files that are being written. */
export function isVisibleName(name: string): boolean {
  return name !== '' && !/^[._]|\.tmp$|\._COPYING_$/.test(name);
}

/** @throws {RangeError} unless the relative path leads to a place below its root. */
export function refuseOutside(path: string): void {
  const names = path.split('/');
  if (names.some((name) => ['', '.', '..'].includes(name))) {
    throw new RangeError(`${path} is not a path relative to the archive's root`);
  }
}
