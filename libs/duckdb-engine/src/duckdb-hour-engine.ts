import { ArchiveContentError, type HourEngine, type HourTotals, type ListedFile } from '@antenna/hourly-batch';
import { version } from '@duckdb/node-api';
import { addUpHour } from './add-up-hour.ts';
import { DuckDbSession, withTemporaryFolder } from './duckdb-session.ts';
import { FetchedFiles, type FetchOptions, fetchPaths } from './local-files.ts';
import { unreadableFile } from './find-faults.ts';

/** Adds up an hour with DuckDB in this process (docs/decisions/0004-batch-engine.md). */
export class DuckDbHourEngine implements HourEngine {
  readonly name = `duckdb ${version()}`;
  readonly #options: FetchOptions;

  constructor(options: FetchOptions) {
    this.#options = options;
  }

  aggregate(hourMs: number, files: readonly ListedFile[]): Promise<HourTotals> {
    const paths = files.map(({ path }) => path);
    return withTemporaryFolder(async (temporaryFolder) => {
      const fetched = new FetchedFiles(paths, await fetchPaths(this.#options, paths, temporaryFolder));
      const limits = this.#options.limits ?? {};
      return DuckDbSession.using({ temporaryFolder, limits }, (session) => aggregate(session, fetched, hourMs));
    });
  }
}

async function aggregate(session: DuckDbSession, files: FetchedFiles, hourMs: number): Promise<HourTotals> {
  try {
    return await addUpHour(session, files, hourMs);
  } catch (error) {
    throw error instanceof ArchiveContentError ? error : await unreadableFile(session, files, error);
  }
}
