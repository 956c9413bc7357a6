/** Makes files of the archive readable on this machine. */
export interface LocalFiles {
  /**
   * Copies the files that are not on a local disk into the folder.
   * @param paths relative to the archive's root.
   * @returns the local paths, in the order of `paths`.
   */
  fetch(paths: readonly string[], folder: string): Promise<readonly string[]>;
}

/** Files of the archive with their local paths. */
export class FetchedFiles {
  readonly localPaths: readonly string[];
  readonly #paths: ReadonlyMap<string, string>;

  constructor(paths: readonly string[], localPaths: readonly string[]) {
    this.localPaths = localPaths;
    this.#paths = new Map(localPaths.map((localPath, index) => [localPath, paths[index] ?? localPath]));
  }

  /** The path in the archive of a local path. */
  pathOf(localPath: string): string {
    return this.#paths.get(localPath) ?? localPath;
  }
}
