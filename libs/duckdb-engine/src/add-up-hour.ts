import type { TotalType } from '@antenna/aggregation';
import { areSound, type HourRow, type HourTotals, offsetSpans, type RowFacts } from '@antenna/hourly-batch';
import { checkColumns, type SchemaNode } from './check-columns.ts';
import type { DuckDbSession } from './duckdb-session.ts';
import { faultyRows } from './find-faults.ts';
import type { FetchedFiles } from './local-files.ts';
import { FACTS_BY_PARTITION, FACTS_OF_ALL, SCHEMAS, TOTALS_BY } from './sql/hour.sql.ts';

/** The types of totals in the order of the resulting rows. */
const TYPES = ['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes'] as const satisfies readonly TotalType[];

/** @throws {ArchiveContentError} when a row is not a valid event of this hour, or a file cannot be read. */
export async function addUpHour(session: DuckDbSession, files: FetchedFiles, hourMs: number): Promise<HourTotals> {
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
