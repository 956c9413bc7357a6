/** Small enough for a reader without streaming, large enough that ids are written once (docs/decisions/0001). */
const ROW_GROUP_ROWS = 524_288;

const HASH = 'hash(epoch_us("timestamp"), id, antenna_id, bytes, app, kafka_partition, kafka_offset)::HUGEINT';

/**
 * The first id of each slice after the first slice. Slices are consecutive ranges of ids with about $rows events each: all
 * events of an id are in one slice, which is longer if the id alone has more events.
 */
export const SLICE_STARTS = `
  SELECT min(id) AS id
  FROM (
    SELECT id, (sum(count(*)) OVER (ORDER BY id) - 1) // $rows AS slice
    FROM read_parquet($files, hive_partitioning = false)
    GROUP BY id
  )
  GROUP BY slice
  ORDER BY slice
  OFFSET 1`;

/** A range of ids: all of them unless it is bounded. */
export interface Slice {
  readonly from: string | undefined;
  /** Exclusive. */
  readonly to: string | undefined;
}

interface Copy {
  /** Patterns that match one file each. */
  readonly files: readonly string[];
  readonly target: string;
}

const rowsOf = (files: readonly string[]): string => `
      SELECT "timestamp", id, antenna_id, bytes, app, kafka_partition, kafka_offset
      FROM read_parquet([${files.map(text).join(', ')}], hive_partitioning = false)`;

/**
 * Copies the events of a slice, sorted by user and time: a query for some users reads few row groups, and ids compress
 * best. COPY accepts no parameters.
 */
export function copySlice({ files, target }: Copy, { from, to }: Slice): string {
  const bounds = [
    ...(from === undefined ? [] : [`id >= ${text(from)}`]),
    ...(to === undefined ? [] : [`id < ${text(to)}`]),
  ];
  return `
    COPY (${rowsOf(files)}
      WHERE ${['true', ...bounds].join(' AND ')}
      ORDER BY id, "timestamp", kafka_partition, kafka_offset
    ) TO ${text(target)} (FORMAT parquet, COMPRESSION snappy)`;
}

/**
 * Joins files in their order, which DuckDB keeps while `preserve_insertion_order` is on. Encodings and codec of the result
 * are those that every reader of the archive can read.
 * @param metadata key-value metadata of the result.
 */
export function joinFiles({ files, target }: Copy, metadata: Readonly<Record<string, string>>): string {
  const entries = Object.entries(metadata).map(([key, value]) => `${key}: ${text(value)}`);
  return `
    COPY (${rowsOf(files)}) TO ${text(target)} (
      FORMAT parquet, COMPRESSION gzip, PARQUET_VERSION V1, ROW_GROUP_SIZE ${ROW_GROUP_ROWS},
      KV_METADATA {${entries.join(', ')}}
    )`;
}

/** Turned off for all other queries, which then need less memory. */
export const KEEP_ORDER = 'SET preserve_insertion_order = true';

/** Facts of each source file, by partition. */
export const SOURCE_FACTS = `
  SELECT filename, kafka_partition::BIGINT AS "partition", count(*) AS row_count, sum(bytes)::HUGEINT AS event_bytes,
    min(kafka_offset)::BIGINT AS first_offset, max(kafka_offset)::BIGINT AS last_offset, sum(${HASH}) AS digest
  FROM read_parquet($files, hive_partitioning = false, filename = true)
  GROUP BY ALL`;

/** Facts of the compacted file, by partition. */
export const COMPACTED_FACTS = `
  SELECT kafka_partition::BIGINT AS "partition", count(*) AS row_count,
    count(DISTINCT kafka_offset) AS offset_count, sum(bytes)::HUGEINT AS event_bytes, sum(${HASH}) AS digest,
    count(*) FILTER (epoch_us("timestamp") < $fromUs OR epoch_us("timestamp") >= $toUs) AS of_other_hours
  FROM read_parquet($files, hive_partitioning = false)
  GROUP BY ALL`;

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
