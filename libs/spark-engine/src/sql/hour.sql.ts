/**
 * Queries over the files of an hour, which are a view. The view declares its columns, so that Spark infers no types:
 * reading a file with other types fails, and a column that a file lacks is null. Numbers are returned as texts, since
 * the driver's numbers are inexact beyond 2^53. Under ANSI rules a sum beyond BIGINT is an error instead of a wrong
 * number.
 */
export const SESSION = {
  'spark.sql.ansi.enabled': 'true',
  'spark.sql.session.timeZone': 'UTC',
  // The literals and names in these queries are written for these two settings.
  'spark.sql.parser.escapedStringLiterals': 'false',
  'spark.sql.caseSensitive': 'false',
  // Timestamps without a zone, INT96 too, are in UTC; binary columns are no text.
  'spark.sql.parquet.inferTimestampNTZ.enabled': 'false',
  'spark.sql.parquet.int96AsTimestamp': 'true',
  'spark.sql.parquet.int96TimestampConversion': 'false',
  'spark.sql.parquet.binaryAsString': 'false',
  // A server may be configured to skip unreadable files.
  'spark.sql.files.ignoreCorruptFiles': 'false',
  'spark.sql.files.ignoreMissingFiles': 'false',
} as const;

/** Typed as a template, since the name of a view cannot be a query parameter. */
type ViewName = `hour_${string}`;

/**
 * A view of the files with the columns that Spark finds in them; a column with several types is an error.
 * @param pattern matches the paths of the files.
 */
export function createFoundView(view: ViewName, pattern: string): string {
  return `CREATE TEMPORARY VIEW ${view}_found USING parquet OPTIONS (path ${textLiteral(pattern)}, mergeSchema 'true')`;
}

/** Name and type of each column of the files. */
export const columnsOf = (view: ViewName) => `DESCRIBE ${view}_found`;

/** Types of the integer columns, by Spark's names. */
export interface NumberTypes {
  readonly bytes: string;
  readonly partition: string;
  readonly offset: string;
}

/** A view of the files with the columns of an event. */
export function createView(view: ViewName, pattern: string, { bytes, partition, offset }: NumberTypes): string {
  return `
    CREATE TEMPORARY VIEW ${view} (
      \`timestamp\` TIMESTAMP, id STRING, antenna_id STRING, bytes ${bytes}, app STRING,
      kafka_partition ${partition}, kafka_offset ${offset}
    ) USING parquet OPTIONS (path ${textLiteral(pattern)})`;
}

export const VERSION = 'SELECT version() AS version';

/** The files with at least one row. */
export const filesOf = (view: ViewName) => `SELECT DISTINCT input_file_name() AS file FROM ${view}`;

/** Fails when the file is missing. @param pattern matches its path. */
export const rowsOfFile = (pattern: string) =>
  `SELECT count(*) AS events FROM parquet.\`${pattern.replaceAll('`', '``')}\``;

/** Facts of the rows by Kafka partition; the partition is null in files without one. */
export const factsOf = (view: ViewName) => `
  SELECT
    CAST(kafka_partition AS STRING) AS partition,
    CAST(min(kafka_offset) AS STRING) AS first_offset,
    CAST(max(kafka_offset) AS STRING) AS last_offset,
    CAST(count(*) AS STRING) AS events,
    CAST(min(unix_micros(\`timestamp\`)) AS STRING) AS first_us,
    CAST(max(unix_micros(\`timestamp\`)) AS STRING) AS last_us,
    CAST(min(bytes) AS STRING) AS least_bytes,
    CAST(count(*) - least(count(\`timestamp\`), count(bytes)) AS STRING) AS nulls
  FROM ${view} GROUP BY kafka_partition ORDER BY kafka_partition`;

/** Sorted by the bytes of the ids, the sort order of texts in Spark. */
export const totalsOf = (view: ViewName, column: 'antenna_id' | 'app' | 'id') => `
  SELECT id, CAST(value AS STRING) AS value
  FROM (SELECT ${column} AS id, sum(bytes) AS value FROM ${view} GROUP BY 1) ORDER BY id`;

/** The files with rows that cannot be counted, and their faults. */
export const faultsOf = (view: ViewName, { fromUs, toUs }: { readonly fromUs: bigint; readonly toUs: bigint }) => `
  SELECT file, CAST(nulls AS STRING) AS nulls, CAST(others AS STRING) AS others, CAST(negative AS STRING) AS negative
  FROM (
    SELECT input_file_name() AS file,
      count_if(\`timestamp\` IS NULL OR id IS NULL OR antenna_id IS NULL OR app IS NULL OR bytes IS NULL) AS nulls,
      count_if(unix_micros(\`timestamp\`) < ${fromUs} OR unix_micros(\`timestamp\`) >= ${toUs}) AS others,
      count_if(bytes < 0) AS negative
    FROM ${view} GROUP BY 1)
  WHERE nulls > 0 OR others > 0 OR negative > 0 ORDER BY file`;

function textLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
