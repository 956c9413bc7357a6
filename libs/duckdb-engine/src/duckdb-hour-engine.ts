import type { HourEngine, HourTotals, ListedFile } from '@antenna/hourly-batch';
import { version } from '@duckdb/node-api';
import { addUpHour } from './add-up-hour.ts';
import type { FetchOptions } from './local-files.ts';
import { queryFiles } from './query-files.ts';

/** Adds up an hour with DuckDB in this process (docs/decisions/0004-batch-engine.md). */
export class DuckDbHourEngine implements HourEngine {
  readonly name = `duckdb ${version()}`;
  readonly #options: FetchOptions;

  constructor(options: FetchOptions) {
    this.#options = options;
  }

  aggregate(hourMs: number, files: readonly ListedFile[]): Promise<HourTotals> {
    return queryFiles(this.#options, files, (session, fetched) => addUpHour(session, fetched, hourMs));
  }
}
