import { tmpdir } from 'node:os';
import { ArchiveContentError, faultyRowsError, hourInUs, type ListedFile } from '@antenna/hourly-batch';
import { DuckDbSession, EngineFailedError, withTemporaryFolder } from './duckdb-session.ts';
import { FetchedFiles, type FetchOptions, fetchPaths } from './local-files.ts';
import { FAULTY_FILES, READ_ALL } from './sql/hour.sql.ts';

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

interface FaultyFileRow {
  readonly filename: string;
  readonly nulls: bigint;
  readonly of_other_hours: bigint;
  readonly negative: bigint;
}

/** After a fault in the rows: finds the files with faulty rows. */
export async function faultyRows(
  session: DuckDbSession,
  files: FetchedFiles,
  hourMs: number,
): Promise<ArchiveContentError> {
  const faulty = await session.all<FaultyFileRow>(FAULTY_FILES, files.localPaths, { ...hourInUs(hourMs) });
  return faultyRowsError(
    hourMs,
    faulty.map(({ filename, of_other_hours, ...rest }) => ({
      ...rest,
      path: files.pathOf(filename),
      ofOtherHours: of_other_hours,
    })),
  );
}

/** Messages of DuckDB that blame the machine, not a file. */
const LACK_OF_ROOM = /out of memory|no space left|max_temp_directory_size/i;

/**
 * After a failed query: finds the first unreadable file.
 * @returns an error about the machine if all files are readable.
 */
export async function unreadableFile(session: DuckDbSession, files: FetchedFiles, failure: unknown): Promise<Error> {
  for (const localPath of LACK_OF_ROOM.test(messageOf(failure)) ? [] : files.localPaths) {
    try {
      await session.all(READ_ALL, [localPath]);
    } catch (error) {
      return new ArchiveContentError(`${files.pathOf(localPath)} cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  return new EngineFailedError(
    `DuckDB could not go on, and no file is to blame: ${messageOf(failure)}; nothing was written; give it memory, and room ` +
      `below ${tmpdir()} (TMPDIR), or use --engine=spark`,
    { cause: failure },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
