import { ArchiveContentError, hourText } from '@antenna/hourly-batch';
import type { DuckDbSession } from './duckdb-session.ts';
import { hourInUs } from './hour-facts.ts';
import type { FetchedFiles } from './local-files.ts';
import { FAULTY_FILES, READ_ALL } from './sql/hour.sql.ts';

interface FaultyFile {
  readonly filename: string;
  readonly nulls: bigint;
  readonly of_other_hours: bigint;
  readonly negative: bigint;
}

const MOST_NAMED = 10;

/** Something is wrong with a row: looks for the files that have such rows. */
export async function faultyRows(
  session: DuckDbSession,
  files: FetchedFiles,
  hourMs: number,
): Promise<ArchiveContentError> {
  const faulty = await session.all<FaultyFile>(FAULTY_FILES, files.localPaths, { ...hourInUs(hourMs) });
  const facts = faulty.slice(0, MOST_NAMED).map((file) => `${files.pathOf(file.filename)} has ${faultsOf(file)}`);
  const others = faulty.length > MOST_NAMED ? `; and ${faulty.length - MOST_NAMED} more files` : '';
  return new ArchiveContentError(`rows of hour ${hourText(hourMs)} cannot be counted: ${facts.join('; ')}${others}`);
}

function faultsOf({ nulls, of_other_hours, negative }: FaultyFile): string {
  return [
    ...(nulls > 0n ? [`${nulls} rows with an empty column`] : []),
    ...(of_other_hours > 0n ? [`${of_other_hours} rows of other hours`] : []),
    ...(negative > 0n ? [`${negative} rows with negative bytes`] : []),
  ].join(', ');
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
