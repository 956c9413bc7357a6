import type { TotalType } from '@antenna/aggregation';
import {
  areSound,
  ArchiveContentError,
  faultyRowsError,
  hourInUs,
  type HourRow,
  type HourTotals,
  type ListedFile,
  offsetSpans,
  type RowFacts,
} from '@antenna/hourly-batch';
import { archivePathOf, literal } from './exact-files.ts';
import type { SparkSession } from './spark-session.ts';
import { factsOf, faultsOf, filesOf, rowsOfFile, totalsOf } from './sql/hour.sql.ts';

/** The files of an hour, as a view in Spark. */
interface HourView {
  readonly view: `hour_${string}`;
  readonly archiveUrl: string;
  readonly files: readonly ListedFile[];
  readonly hourMs: number;
}

/** The types of totals with their id columns, in the order of the resulting rows. */
const TYPES = [
  ['antenna_total_bytes', 'antenna_id'],
  ['app_total_bytes', 'app'],
  ['user_total_bytes', 'id'],
] as const satisfies readonly (readonly [TotalType, string])[];

/** @throws {ArchiveContentError} when a row is not a valid event of this hour, or a file cannot be read. */
export async function addUpHour(session: SparkSession, hour: HourView): Promise<HourTotals> {
  await refuseMissing(session, hour);
  const facts = (await session.all<Texts<RowFacts>>(factsOf(hour.view))).map(factsRow);
  if (!areSound(facts, hour.hourMs)) throw await faultyRows(session, hour);
  const rows: HourRow[] = [];
  for (const [type, column] of TYPES) {
    for await (const totals of session.rows<TotalsRow>(totalsOf(hour.view, column))) {
      for (const { id, value } of totals) {
        if (id === null) throw await faultyRows(session, hour);
        rows.push({ type, id, value: BigInt(value) });
      }
    }
  }
  const events = facts.reduce((sum, fact) => sum + Number(fact.events), 0);
  return { rows, events, offsets: offsetSpans(facts) };
}

interface TotalsRow {
  readonly id: string | null;
  readonly value: string;
}

/** A result row of Spark: all values are texts. */
type Texts<Row> = { readonly [Key in keyof Row]: null extends Row[Key] ? string | null : string };

function factsRow(row: Texts<RowFacts>): RowFacts {
  return {
    partition: numberOf(row.partition),
    first_offset: numberOf(row.first_offset),
    last_offset: numberOf(row.last_offset),
    events: BigInt(row.events),
    first_us: numberOf(row.first_us),
    last_us: numberOf(row.last_us),
    least_bytes: numberOf(row.least_bytes),
    nulls: BigInt(row.nulls),
  };
}

function numberOf(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}

/** A pattern skips missing files silently, so each file that contributed no row is checked for its existence. */
async function refuseMissing(session: SparkSession, { view, archiveUrl, files }: HourView): Promise<void> {
  const urls = await session.all<{ readonly file: string }>(filesOf(view));
  const found = new Set(urls.map(({ file }) => archivePathOf(file, files)));
  for (const { path } of files.filter((file) => !found.has(file.path))) {
    const [counted] = await session.all<{ readonly events: number }>(rowsOfFile(literal(`${archiveUrl}/${path}`)));
    if (counted?.events !== 0) throw new ArchiveContentError(`${path} has appeared while it was being read`);
  }
}

interface FaultsRow {
  readonly file: string;
  readonly nulls: string;
  readonly others: string;
  readonly negative: string;
}

async function faultyRows(session: SparkSession, { view, files, hourMs }: HourView): Promise<ArchiveContentError> {
  const faulty = await session.all<FaultsRow>(faultsOf(view, hourInUs(hourMs)));
  return faultyRowsError(
    hourMs,
    faulty.map(({ file, nulls, others, negative }) => ({
      path: archivePathOf(file, files),
      nulls: BigInt(nulls),
      ofOtherHours: BigInt(others),
      negative: BigInt(negative),
    })),
  );
}
