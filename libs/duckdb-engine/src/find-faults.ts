import { tmpdir } from 'node:os';
import { ArchiveContentError, faultyRowsError, hourInUs } from '@antenna/hourly-batch';
import { EngineFailedError } from './engine-failed-error.ts';
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

/** What DuckDB says where a file is not to blame. */
const LACK_OF_ROOM = /out of memory|no space left|max_temp_directory_size/i;

/** A query failed: looks for the first file that cannot be read by itself. @returns what DuckDB lacks if there is none. */
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
