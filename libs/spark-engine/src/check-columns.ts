import { ArchiveContentError, hourText } from '@antenna/hourly-batch';
import type { SparkSession } from './spark-session.ts';
import { SparkError } from './spark-error.ts';
import { columnsOf, createFoundView, type NumberTypes } from './sql/hour.sql.ts';

interface DescribedColumn {
  readonly col_name: string;
  readonly data_type: string;
}

/** Whole numbers, as Spark names their types; unsigned ones of 64 bits are DECIMAL(20,0). */
const INTEGER = /^(tinyint|smallint|int|bigint|decimal\(\d+,0\))$/;

const NEEDED: ReadonlyMap<string, RegExp> = new Map([
  ['timestamp', /^timestamp$/],
  ['id', /^string$/],
  ['antenna_id', /^string$/],
  ['bytes', INTEGER],
  ['app', /^string$/],
]);

/**
 * Makes sure that the files have what an hour is added up from. A declared view alone would take the digits of a number
 * with a fraction for a whole one.
 * @returns the types of the columns of numbers, by which they are declared: a reader of Spark's widens none.
 * @throws {ArchiveContentError} naming every column that is missing, or of another type; the files do not say which has it.
 */
export async function checkColumns(
  session: SparkSession,
  { view, pattern, hourMs }: { readonly view: `hour_${string}`; readonly pattern: string; readonly hourMs: number },
): Promise<NumberTypes> {
  const types = await typesOf(session, view, pattern, hourMs);
  const faults = [...NEEDED].flatMap(([name, allowed]) => {
    const type = types.get(name);
    if (type === undefined) return [`no column ${name}`];
    return allowed.test(type) ? [] : [`column ${name} of type ${type}`];
  });
  if (faults.length > 0) {
    throw new ArchiveContentError(
      `the files of hour ${hourText(hourMs)} are no archive of events: they have ${faults.join(', ')}`,
    );
  }
  const integer = (name: string, missing: string) => {
    const type = types.get(name) ?? missing;
    return INTEGER.test(type) ? type : missing;
  };
  return {
    bytes: integer('bytes', 'bigint'),
    partition: integer('kafka_partition', 'int'),
    offset: integer('kafka_offset', 'bigint'),
  };
}

async function typesOf(
  session: SparkSession,
  view: `hour_${string}`,
  pattern: string,
  hourMs: number,
): Promise<ReadonlyMap<string, string>> {
  try {
    await session.all(createFoundView(view, pattern));
  } catch (error) {
    if (
      !(error instanceof SparkError) ||
      !/CANNOT_MERGE|merging schema|COLUMN_ALREADY_EXISTS|ambiguous/i.test(error.message)
    ) {
      throw error;
    }
    throw new ArchiveContentError(
      `the files of hour ${hourText(hourMs)} have columns that Spark cannot bring together (${error.message}); write ` +
        'them with the same types, or use --engine=duckdb',
      { cause: error },
    );
  }
  const columns = await session.all<DescribedColumn>(columnsOf(view));
  return new Map(columns.map(({ col_name, data_type }) => [col_name.toLowerCase(), data_type.toLowerCase()]));
}
