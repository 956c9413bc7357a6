/**
 * Queries over the files of an hour, which are the parameter `files`. A file may lack a column that others have. Folder
 * names are ignored, since the rows hold the same values. Each query reads only the columns that it names.
 */
const FILES = 'read_parquet($files, union_by_name = true, hive_partitioning = false)';

/** The schema tree of each file in depth-first order: a node with children is a structure; the first is the file. */
export const SCHEMAS = `
  SELECT file_name, name, coalesce(num_children, 0) AS children, coalesce(duckdb_type, type, 'STRUCT') AS type
  FROM parquet_schema($files)
  ORDER BY file_name, column_id`;

/**
 * DuckDB's client for Node drops one byte order mark (U+FEFF) from the beginning of a text. The query adds a second one
 * to an id that begins with one, which does not change the sort order.
 */
const totalsBy = (column: 'antenna_id' | 'app' | 'id') => `
  SELECT CASE WHEN starts_with(id, chr(65279)) THEN chr(65279) || id ELSE id END AS id, value
  FROM (SELECT ${column} AS id, sum(bytes)::HUGEINT AS value FROM ${FILES} GROUP BY ALL)
  ORDER BY ALL`;

/** Sorted by the bytes of the ids, the key order of Postgres. */
export const TOTALS_BY = {
  antenna_total_bytes: totalsBy('antenna_id'),
  app_total_bytes: totalsBy('app'),
  user_total_bytes: totalsBy('id'),
} as const;

const FACTS = `
  count(*) AS events,
  epoch_us(min("timestamp")) AS first_us,
  epoch_us(max("timestamp")) AS last_us,
  min(bytes)::HUGEINT AS least_bytes,
  count(*) - least(count("timestamp"), count(bytes)) AS nulls`;

/** Facts of the rows by Kafka partition, for files with partition and offset. */
export const FACTS_BY_PARTITION = `
  SELECT kafka_partition::BIGINT AS "partition", min(kafka_offset)::BIGINT AS first_offset,
    max(kafka_offset)::BIGINT AS last_offset, ${FACTS}
  FROM ${FILES} GROUP BY kafka_partition ORDER BY kafka_partition`;

/** Facts of all rows together, for files without partition and offset. */
export const FACTS_OF_ALL = `
  SELECT NULL::BIGINT AS "partition", NULL::BIGINT AS first_offset, NULL::BIGINT AS last_offset, ${FACTS}
  FROM ${FILES}`;

/** The files with rows that cannot be counted, and their faults. */
export const FAULTY_FILES = `
  SELECT filename,
    count(*) FILTER ("timestamp" IS NULL OR id IS NULL OR antenna_id IS NULL OR app IS NULL OR bytes IS NULL) AS nulls,
    count(*) FILTER (
      "timestamp" IS NOT NULL AND (epoch_us("timestamp") >= $fromUs AND epoch_us("timestamp") < $toUs) IS NOT TRUE
    ) AS of_other_hours,
    count(*) FILTER (bytes < 0) AS negative
  FROM read_parquet($files, union_by_name = true, hive_partitioning = false, filename = true)
  GROUP BY filename
  HAVING nulls > 0 OR of_other_hours > 0 OR negative > 0
  ORDER BY filename`;

/** Reads all needed columns of a file, to test whether the file is readable. */
export const READ_ALL = `
  SELECT count("timestamp"), count(bytes), max(id), max(antenna_id), max(app)
  FROM ${FILES}`;
