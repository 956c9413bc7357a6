/** Every Parquet file of an archive, as anybody's engine would read it; the parameter is the pattern of their paths. */
const archive = `read_parquet($1, hive_partitioning = true, filename = true)`;

export const selectFiles = `
  SELECT filename, count(*)
  FROM ${archive}
  GROUP BY filename`;

export const selectRecords = `
  SELECT kafka_partition, kafka_offset
  FROM ${archive}`;

/** By the hour that the folder says, not by the event's time. */
export const selectArchivedHours = `
  SELECT epoch_ms(make_timestamp(year, month, day, hour, 0, 0)), total.type, total.id, sum(bytes)::BIGINT
  FROM ${archive},
    unnest([
      {'type': 'user_total_bytes', 'id': id},
      {'type': 'antenna_total_bytes', 'id': antenna_id},
      {'type': 'app_total_bytes', 'id': app}
    ]) AS split (total)
  GROUP BY ALL`;
