import type { TotalType } from '@antenna/aggregation';

/**
 * Queries for the events of one user, app or antenna: parameter `id`. Each reads the columns that it names, of the row
 * groups whose statistics allow the id.
 */
const COLUMNS = { antenna_total_bytes: 'antenna_id', app_total_bytes: 'app', user_total_bytes: 'id' } as const;

const FILES = 'read_parquet($files, union_by_name = true, hive_partitioning = false, filename = true)';

const MICROSECONDS_OF_WINDOW = 300_000_000;

/** Files of others may lack partition and offset. */
const offsetColumns = (haveOffsets: boolean) =>
  haveOffsets
    ? `kafka_partition::BIGINT AS "partition", kafka_offset::BIGINT AS "offset"`
    : `NULL::BIGINT AS "partition", NULL::BIGINT AS "offset"`;

/** The sums of the events by file, window and partition. */
export const eventGroups = (type: TotalType, haveOffsets: boolean) => `
  SELECT filename, (epoch_us("timestamp") // ${MICROSECONDS_OF_WINDOW}) * ${MICROSECONDS_OF_WINDOW} // 1000 AS window_ms,
    "partition", count(*) AS events, sum(bytes)::HUGEINT AS bytes, min("offset") AS first_offset, max("offset") AS last_offset
  FROM (SELECT filename, "timestamp", bytes, ${offsetColumns(haveOffsets)} FROM ${FILES} WHERE ${COLUMNS[type]} = $id)
  GROUP BY ALL
  ORDER BY filename, window_ms, "partition"`;

/** The first events by time. */
export const firstEvents = (type: TotalType, haveOffsets: boolean) => `
  SELECT filename, epoch_us("timestamp") AS time_us, id, antenna_id, app, bytes::HUGEINT AS bytes, ${offsetColumns(haveOffsets)}
  FROM ${FILES}
  WHERE ${COLUMNS[type]} = $id
  ORDER BY time_us, "partition", "offset"
  LIMIT $most`;

/** The files that have events of a user, and how many. */
export const EVENTS_OF_USER = `
  SELECT filename, count(*) AS events
  FROM read_parquet($files, hive_partitioning = false, filename = true)
  WHERE id = $id
  GROUP BY filename
  ORDER BY filename`;
