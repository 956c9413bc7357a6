import { ArchiveContentError, type ListedFile } from '@antenna/hourly-batch';
import { DuckDbSession, withTemporaryFolder } from './duckdb-session.ts';
import { unreadableFile } from './find-faults.ts';
import { FetchedFiles, type FetchOptions, fetchPaths } from './local-files.ts';

/**
 * Fetches files and runs the work with a session that can query them.
 * @throws {ArchiveContentError} the error of the work, or one that names the file that a query could not read.
 */
export function queryFiles<T>(
  options: FetchOptions,
  files: readonly ListedFile[],
  work: (session: DuckDbSession, fetched: FetchedFiles) => Promise<T>,
): Promise<T> {
  const paths = files.map(({ path }) => path);
  return withTemporaryFolder(async (temporaryFolder) => {
    const fetched = new FetchedFiles(paths, await fetchPaths(options, paths, temporaryFolder));
    return DuckDbSession.using({ temporaryFolder, limits: options.limits ?? {} }, async (session) => {
      try {
        return await work(session, fetched);
      } catch (error) {
        throw error instanceof ArchiveContentError ? error : await unreadableFile(session, fetched, error);
      }
    });
  });
}
