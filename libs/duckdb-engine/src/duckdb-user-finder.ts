import type { ListedFile, UserFinder } from '@antenna/hourly-batch';
import type { FetchOptions } from './local-files.ts';
import { queryFiles } from './query-files.ts';
import { EVENTS_OF_USER } from './sql/events.sql.ts';

interface FileRow {
  readonly filename: string;
  readonly events: bigint;
}

/** Finds the files that hold a user with DuckDB in this process. It reads the ids only, and skips by statistics. */
export class DuckDbUserFinder implements UserFinder {
  readonly #options: FetchOptions;

  constructor(options: FetchOptions) {
    this.#options = options;
  }

  find(userId: string, files: readonly ListedFile[]): Promise<ReadonlyMap<string, number>> {
    return queryFiles(this.#options, files, async (session, fetched) => {
      const rows = await session.all<FileRow>(EVENTS_OF_USER, fetched.localPaths, { id: userId });
      return new Map(rows.map(({ filename, events }) => [fetched.pathOf(filename), Number(events)]));
    });
  }
}
