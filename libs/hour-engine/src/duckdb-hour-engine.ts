import { ArchiveContentError, type HourEngine, type HourTotals, type ListedFile } from '@antenna/hourly-batch';
import { version } from '@duckdb/node-api';
import { addUpHour } from './add-up-hour.ts';
import { type DuckDbLimits, DuckDbSession } from './duckdb-session.ts';
import { unreadableFile } from './find-faults.ts';
import { FetchedFiles, type LocalFiles } from './local-files.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** Files that are fetched between two reports of progress. */
const FETCHED_AT_ONCE = 16;

export interface HourEngineOptions {
  readonly files: LocalFiles;
  readonly limits?: DuckDbLimits;
  /** Told how many of the files can be read so far. */
  readonly onFetched?: (done: number, total: number) => void;
}

/** Adds up an hour with DuckDB, inside this process (docs/decisions/0004-batch-engine.md). */
export class DuckDbHourEngine implements HourEngine {
  readonly name = `duckdb ${version()}`;
  readonly #options: HourEngineOptions;

  constructor(options: HourEngineOptions) {
    this.#options = options;
  }

  aggregate(hourMs: number, files: readonly ListedFile[]): Promise<HourTotals> {
    const paths = files.map(({ path }) => path);
    return withTemporaryFolder(async (temporaryFolder) => {
      const fetched = new FetchedFiles(paths, await this.#fetch(paths, temporaryFolder));
      const limits = this.#options.limits ?? {};
      return DuckDbSession.using({ temporaryFolder, limits }, (session) => aggregate(session, fetched, hourMs));
    });
  }

  async #fetch(paths: readonly string[], folder: string): Promise<readonly string[]> {
    const { files, onFetched } = this.#options;
    const localPaths: string[] = [];
    for (let first = 0; first < paths.length; first += FETCHED_AT_ONCE) {
      localPaths.push(...(await files.fetch(paths.slice(first, first + FETCHED_AT_ONCE), folder)));
      onFetched?.(localPaths.length, paths.length);
    }
    return localPaths;
  }
}

async function aggregate(session: DuckDbSession, files: FetchedFiles, hourMs: number): Promise<HourTotals> {
  try {
    return await addUpHour(session, files, hourMs);
  } catch (error) {
    throw error instanceof ArchiveContentError ? error : await unreadableFile(session, files, error);
  }
}
