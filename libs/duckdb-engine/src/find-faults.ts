import { ArchiveContentError, faultyRowsError, hourInUs } from '@antenna/hourly-batch';
import type { DuckDbSession } from './duckdb-session.ts';
import type { FetchedFiles } from './local-files.ts';
import { FAULTY_FILES, READ_ALL } from './sql/hour.sql.ts';

interface FaultyFileRow {
  readonly filename: string;
  readonly nulls: bigint;
  readonly of_other_hours: bigint;
  readonly negative: bigint;
}

/** Something is wrong with a row: looks for the files that have such rows. */
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

/** A query failed: looks for the first file that cannot be read by itself. @returns the failure if there is none. */
export async function unreadableFile(session: DuckDbSession, files: FetchedFiles, failure: unknown): Promise<unknown> {
  for (const localPath of files.localPaths) {
    try {
      await session.all(READ_ALL, [localPath]);
    } catch (error) {
      const fact = error instanceof Error ? error.message : String(error);
      return new ArchiveContentError(`${files.pathOf(localPath)} cannot be read: ${fact}`, { cause: error });
    }
  }
  return failure;
}
