/** Every Parquet file of an archive, as anybody's engine would read it: the parameters are their paths and an instant. */
const archive = `read_parquet($1, hive_partitioning = true)`;
const beforeMarkers = `WHERE make_timestamp(year, month, day, hour, 0, 0) < epoch_ms($2::BIGINT)`;

export const selectEvents = `SELECT count(*) FROM ${archive} ${beforeMarkers}`;

/** By the hour that the folder says. */
export const selectHours = `
  SELECT epoch_ms(make_timestamp(year, month, day, hour, 0, 0)), total.type, total.id, sum(bytes)::BIGINT
  FROM ${archive},
    unnest([
      {'type': 'user_total_bytes', 'id': id},
      {'type': 'antenna_total_bytes', 'id': antenna_id},
      {'type': 'app_total_bytes', 'id': app}
    ]) AS split (total)
  ${beforeMarkers}
  GROUP BY ALL`;

export const countEvents = `SELECT count(*) FROM read_parquet($1)`;
