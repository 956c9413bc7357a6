import type { DuckDbLimits } from './duckdb-session.ts';
import type { LocalFiles } from './local-files.ts';

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
