/** A file of the archive as a listing shows it. */
export interface ListedFile {
  /** Relative to the archive's root. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** What lies right in a folder. */
export interface Listing {
  /** Those that readers do not ignore, sorted by path. */
  readonly files: readonly ListedFile[];
  /** Names of the folders in it, also of those that readers ignore, sorted. */
  readonly folders: readonly string[];
}

/**
 * Keeps finished files under their paths, relative to the archive's root. A file is never overwritten and never
 * removed, and readers never see half of one. Every failure of the store is an ArchiveError, after some tries where
 * the reason may pass.
 */
export interface ArchiveStore {
  /**
   * Makes a prepared file visible and durable under its path.
   * @returns whether it was ours that was stored: false when a file of that name was there already, which can be our
   * own, from an earlier try whose answer was lost.
   */
  publish(preparedFile: string, path: string): Promise<boolean>;
  exists(path: string): Promise<boolean>;
  /**
   * @param folder relative to the archive's root, which is the empty text. One that is not there holds nothing.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING for a symbolic link that leads nowhere.
   */
  list(folder: string): Promise<Listing>;
  /**
   * Makes a file readable on this machine: copies it below a local folder, if it is not on a local disk already.
   * @returns the local path.
   * @throws {ArchiveError} ARCHIVE_FILE_MISSING when there is none.
   */
  fetch(path: string, localFolder: string): Promise<string>;
}

/** A store that can say before the first file whether it can be read at all. */
export interface CheckedStore extends ArchiveStore {
  /** @throws {ArchiveError} ARCHIVE_MISSING, ARCHIVE_REFUSED, or what passes by itself. */
  checkReadable(): Promise<void>;
}
