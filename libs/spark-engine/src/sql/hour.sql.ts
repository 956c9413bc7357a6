/**
 * Queries over the files of an hour, which are a view. Its columns are declared, so Spark takes none of its own
 * guesses: a file of other types is refused where it is read, one that lacks a column has nulls there. Numbers are
 * answered as texts: the driver's would not be exact beyond 2^53. Under ANSI rules a sum that no BIGINT holds is an
 * error, not another number.
 */
export const SESSION = {
  'spark.sql.ansi.enabled': 'true',
  'spark.sql.session.timeZone': 'UTC',
  // As the texts and names below are written.
  'spark.sql.parser.escapedStringLiterals': 'false',
  'spark.sql.caseSensitive': 'false',
  // A time without a zone is one of UTC, as INT96 is; bytes that do not say so are no text.
  'spark.sql.parquet.inferTimestampNTZ.enabled': 'false',
  'spark.sql.parquet.int96AsTimestamp': 'true',
  'spark.sql.parquet.int96TimestampConversion': 'false',
  'spark.sql.parquet.binaryAsString': 'false',
  // A server may have been told to leave out what it cannot read.
  'spark.sql.files.ignoreCorruptFiles': 'false',
  'spark.sql.files.ignoreMissingFiles': 'false',
} as const;

/** Written like a type: a view's name is no parameter. */
type ViewName = `hour_${string}`;

/**
 * The files with the columns that they have: more than one type for a column is an error.
 * @param pattern of the files' paths.
 */
export function createFoundView(view: ViewName, pattern: string): string {
  return `CREATE TEMPORARY VIEW ${view}_found USING parquet OPTIONS (path ${textLiteral(pattern)}, mergeSchema 'true')`;
}

/** Name and type of each column of the files. */
export const columnsOf = (view: ViewName) => `DESCRIBE ${view}_found`;

/** Whole numbers, by Spark's names of types. */
export interface NumberTypes {
  readonly bytes: string;
  readonly partition: string;
  readonly offset: string;
}

/** The files with the columns that an hour is added up from. */
export function createView(view: ViewName, pattern: string, { bytes, partition, offset }: NumberTypes): string {
  return `
    CREATE TEMPORARY VIEW ${view} (
      \`timestamp\` TIMESTAMP, id STRING, antenna_id STRING, bytes ${bytes}, app STRING,
      kafka_partition ${partition}, kafka_offset ${offset}
    ) USING parquet OPTIONS (path ${textLiteral(pattern)})`;
}

export const VERSION = 'SELECT version() AS version';

/** The files that have rows. */
export const filesOf = (view: ViewName) => `SELECT DISTINCT input_file_name() AS file FROM ${view}`;

/** Fails unless the file is there. @param pattern of its path. */
export const rowsOfFile = (pattern: string) =>
  `SELECT count(*) AS events FROM parquet.\`${pattern.replaceAll('`', '``')}\``;

/** What the rows of each partition have in common; the partition is null in files that do not tell it. */
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

/** Sorted by the bytes of the ids, as Spark sorts texts. */
export const totalsOf = (view: ViewName, column: 'antenna_id' | 'app' | 'id') => `
  SELECT id, CAST(value AS STRING) AS value
  FROM (SELECT ${column} AS id, sum(bytes) AS value FROM ${view} GROUP BY 1) ORDER BY id`;

/** The files with a row that cannot be counted, and what is wrong with it. */
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
