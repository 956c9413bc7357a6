import {
  areSound,
  type HourEngine,
  type HourRow,
  type HourTotals,
  type ListedFile,
  offsetSpans,
  type RowFacts,
} from '@antenna/hourly-batch';
import { version } from '@duckdb/node-api';
import type { TotalType } from '@antenna/aggregation';
import type { FetchedFiles, FetchOptions } from './local-files.ts';
import { faultyRows, queryFiles } from './query-files.ts';
import { checkColumns, type SchemaNode } from './check-columns.ts';
import type { DuckDbSession } from './duckdb-session.ts';
import { FACTS_BY_PARTITION, FACTS_OF_ALL, SCHEMAS, TOTALS_BY } from './sql/hour.sql.ts';

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

/** The types of totals in the order of the resulting rows. */
const TYPES = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'] as const satisfies readonly TotalType[];

/** @throws {ArchiveContentError} when a row is not a valid event of this hour, or a file cannot be read. */
async function addUpHour(session: DuckDbSession, files: FetchedFiles, hourMs: number): Promise<HourTotals> {
  const { localPaths } = files;
  const { haveOffsets } = checkColumns(await session.all<SchemaNode>(SCHEMAS, localPaths), files, hourMs);
  const facts = await session.all<RowFacts>(haveOffsets ? FACTS_BY_PARTITION : FACTS_OF_ALL, localPaths);
  if (!areSound(facts, hourMs)) throw await faultyRows(session, files, hourMs);
  const rows: HourRow[] = [];
  for (const type of TYPES) {
    for await (const totals of session.rows<TotalsRow>(TOTALS_BY[type], localPaths)) {
      for (const { id, value } of totals) {
        if (id === null) throw await faultyRows(session, files, hourMs);
        rows.push({ type, id, value });
      }
    }
  }
  const events = facts.reduce((sum, fact) => sum + Number(fact.events), 0);
  return { rows, events, offsets: offsetSpans(facts) };
}

interface TotalsRow {
  readonly id: string | null;
  readonly value: bigint;
}
