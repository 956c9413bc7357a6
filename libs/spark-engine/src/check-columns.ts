import { ArchiveContentError, hourText } from '@antenna/hourly-batch';
import type { SparkSession } from './spark-session.ts';
import { SparkError } from './spark-error.ts';
import { columnsOf, createFoundView, type NumberTypes } from './sql/hour.sql.ts';

interface DescribedColumn {
  readonly col_name: string;
  readonly data_type: string;
}

/** Integer types by Spark's names; unsigned 64-bit integers are DECIMAL(20,0). */
const INTEGER = /^(tinyint|smallint|int|bigint|decimal\(\d+,0\))$/;

const NEEDED: ReadonlyMap<string, RegExp> = new Map([
  ['timestamp', /^timestamp$/],
  ['id', /^string$/],
  ['antenna_id', /^string$/],
  ['bytes', INTEGER],
  ['app', /^string$/],
]);

/**
 * Checks that the files have the columns of an event. A view with declared types alone would read the digits of a
 * fractional number as an integer.
 * @returns the types of the number columns, for the declaration of the view: Spark's reader widens no types.
 * @throws {ArchiveContentError} with each column that is missing or has another type; Spark does not say in which file.
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
