import type { DuckDbLimits } from './duckdb-session.ts';

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

  /** The files with these paths in the archive. */
  only(paths: ReadonlySet<string>): FetchedFiles {
    const localPaths = this.localPaths.filter((localPath) => paths.has(this.pathOf(localPath)));
    return new FetchedFiles(
      localPaths.map((localPath) => this.pathOf(localPath)),
      localPaths,
    );
  }
}

/** Number of files fetched between two progress reports. */
const FETCHED_AT_ONCE = 16;

export interface FetchOptions {
  readonly files: LocalFiles;
  readonly limits?: DuckDbLimits;
  /** Called with the number of files fetched so far. */
  readonly onFetched?: (done: number, total: number) => void;
}

/** Fetches files to this machine. @returns the local paths, in the order of `paths`. */
export async function fetchPaths(
  { files, onFetched }: FetchOptions,
  paths: readonly string[],
  folder: string,
): Promise<readonly string[]> {
  const localPaths: string[] = [];
  for (let first = 0; first < paths.length; first += FETCHED_AT_ONCE) {
    localPaths.push(...(await files.fetch(paths.slice(first, first + FETCHED_AT_ONCE), folder)));
    onFetched?.(localPaths.length, paths.length);
  }
  return localPaths;
}
