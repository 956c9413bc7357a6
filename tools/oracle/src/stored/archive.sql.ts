/** Every Parquet file of an archive, as any engine would read it; the parameter is the pattern of their paths. */
const archive = `read_parquet($1, hive_partitioning = true, filename = true)`;

/** DuckDB's client for Node drops one byte order mark at the beginning of a text: so a text with one is given two. */
const text = (column: string) =>
  `CASE WHEN starts_with(${column}, chr(65279)) THEN chr(65279) || ${column} ELSE ${column} END`;

/** By the hour that the folder says, not by the event's time. */
const folderHour = `make_timestamp(year, month, day, hour, 0, 0)`;

export const selectFiles = `
  SELECT filename, count(*)
  FROM ${archive}
  GROUP BY filename`;

export const countEvents = `
  SELECT count(*)
  FROM ${archive}
  WHERE ${folderHour} < epoch_ms($2::BIGINT)`;

export const selectHours = `
  SELECT epoch_ms(${folderHour}), total.type, total.id, sum(bytes)::BIGINT
  FROM ${archive},
    unnest([
      {'type': 'user_total_bytes', 'id': ${text('id')}},
      {'type': 'antenna_total_bytes', 'id': ${text('antenna_id')}},
      {'type': 'app_total_bytes', 'id': ${text('app')}}
    ]) AS split (total)
  WHERE ${folderHour} < epoch_ms($2::BIGINT)
  GROUP BY ALL`;

/** By hour and type what `RowsDigest` has of the rows of `selectHours`. */
export const digestHours = `
  WITH totals (hour_ms, type, id, value) AS (${selectHours})
  SELECT hour_ms, type, count(*), sum(value), sum(('0x' || left(md5(id || ' ' || value), 15))::BIGINT)
  FROM totals
  GROUP BY ALL`;

/** Numbers as doubles, which hold each of them exactly. */
export const selectEvents = `
  SELECT kafka_partition, kafka_offset::DOUBLE, epoch_ms("timestamp")::DOUBLE, ${text('id')},
    ${text('antenna_id')}, bytes::DOUBLE, ${text('app')}
  FROM read_parquet($1)`;
