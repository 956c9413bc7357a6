/** Small enough for a reader without streaming, large enough that ids are written once (docs/decisions/0001). */
const ROW_GROUP_ROWS = 524_288;

const HASH = 'hash(epoch_us("timestamp"), id, antenna_id, bytes, app, kafka_partition, kafka_offset)::HUGEINT';

interface Compaction {
  /** Patterns that match one file each. */
  readonly files: readonly string[];
  readonly target: string;
  /** Key-value metadata of the compacted file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Merges files into one, sorted by user and time: a query for some users reads few row groups, and ids compress best.
 * Every reader of the archive knows its encodings and codec. COPY accepts no parameters.
 */
export function compactFiles({ files, target, metadata }: Compaction): string {
  const entries = Object.entries(metadata).map(([key, value]) => `${key}: ${text(value)}`);
  return `
    COPY (
      SELECT "timestamp", id, antenna_id, bytes, app, kafka_partition, kafka_offset
      FROM read_parquet([${files.map(text).join(', ')}], hive_partitioning = false)
      ORDER BY id, "timestamp", kafka_partition, kafka_offset
    ) TO ${text(target)} (
      FORMAT parquet, COMPRESSION gzip, PARQUET_VERSION V1, ROW_GROUP_SIZE ${ROW_GROUP_ROWS},
      KV_METADATA {${entries.join(', ')}}
    )`;
}

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
