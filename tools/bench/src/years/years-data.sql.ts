/** How large the database of the benchmark is. */
export interface YearsShape {
  /** Active users: each has bytes in every fourth window of five minutes. */
  readonly users: number;
  /** Days up to the present hour. */
  readonly days: number;
}

export const ANTENNAS = 20;
const APPS = 4;
const PARTITIONS = 12;
const EVENTS_OF_HOUR = 1_000;

/** A partition for each past month, as a database that has lived for so long has them; a fresh one has the last month's. */
const pastMonths = (days: number): string => `
  DO $$
  DECLARE
    oldest constant timestamp := least(
      date_trunc('month', now() AT TIME ZONE 'UTC' - interval '${days} days'),
      date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month');
    divided record;
    month timestamp;
    partition_name text;
  BEGIN
    FOR divided IN SELECT format('%I.%I', t.schema, t.name) AS parent, t.* FROM pipeline.partitioned_table AS t LOOP
      EXECUTE format('ALTER TABLE %s DETACH PARTITION pipeline.%I', divided.parent, divided.name || '_before');
      EXECUTE format('ALTER TABLE %s ATTACH PARTITION pipeline.%I FOR VALUES FROM (MINVALUE) TO (%L)',
        divided.parent, divided.name || '_before', oldest);
      FOR month IN SELECT generate_series(oldest, divided.first_month - interval '1 month', interval '1 month') LOOP
        partition_name := divided.name || to_char(month, '_YYYY_MM');
        EXECUTE format('CREATE TABLE pipeline.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = %s)',
          partition_name, divided.parent, month, month + interval '1 month', divided.fillfactor);
      END LOOP;
    END LOOP;
    UPDATE pipeline.partitioned_table SET first_month = oldest;
  END
  $$`;

/** Temporary tables for the statements that follow: each past hour, and each user, antenna and app with usage. */
const hoursAndIds = ({ users, days }: YearsShape): string => `
  CREATE TEMP TABLE past_hour AS
    SELECT date_trunc('hour', clock_timestamp() AT TIME ZONE 'UTC') - n * interval '1 hour' AS hour, ${days * 24} - n AS place,
      n < 48 AS is_new
    FROM generate_series(0, ${days * 24 - 1}) AS n;
  CREATE TEMP TABLE used (n integer, type text, id text, windows integer);
  INSERT INTO used
    SELECT n, 'user_total_bytes', 'user ' || lpad(n::text, 6, '0'), 3 FROM generate_series(1, ${users}) AS n
    UNION ALL SELECT n, 'antenna_total_bytes', 'antenna ' || n, 12 FROM generate_series(1, ${ANTENNAS}) AS n
    UNION ALL SELECT n, 'app_total_bytes', 'APP' || n, 12 FROM generate_series(1, ${APPS}) AS n;
  INSERT INTO public.user_metadata (id, name, email, quota)
    SELECT id, 'name of ' || id, n || '@example.org', 3000 FROM used WHERE type = 'user_total_bytes'
    ON CONFLICT DO NOTHING`;

/** Rows in the order of the primary keys, so that the indexes grow at their ends. */
const rows = `
  INSERT INTO public.bytes ("timestamp", type, id, value)
    SELECT h.hour + w * interval '5 minutes', u.type, u.id, 1000
    FROM past_hour AS h CROSS JOIN generate_series(0, 11) AS w CROSS JOIN used AS u
    WHERE u.windows = 12 OR (u.n + w) % 4 = 0;
  INSERT INTO public.bytes_hourly ("timestamp", type, id, value)
    SELECT h.hour, u.type, u.id, 1000 * u.windows FROM past_hour AS h CROSS JOIN used AS u;
  INSERT INTO pipeline.user_hour_usage (hour, id, usage, latest_event_time)
    SELECT h.hour, u.id, 1000 * u.windows, h.hour FROM past_hour AS h CROSS JOIN used AS u WHERE u.type = 'user_total_bytes';
  INSERT INTO pipeline.day_sum (day, type, id, value, hours)
    SELECT d.day, u.type, u.id, 1000 * u.windows * d.hours, d.hours
    FROM (SELECT date_trunc('day', hour) AS day, count(*) AS hours FROM past_hour WHERE NOT is_new GROUP BY 1) AS d
    CROSS JOIN used AS u;
  INSERT INTO public.user_quota_limit (email, usage, quota, "timestamp")
    SELECT u.n || '@example.org', 4000, 3000, h.hour FROM past_hour AS h CROSS JOIN used AS u
    WHERE u.type = 'user_total_bytes' AND u.n % 50 = 1`;

/** Settled hours, as the speed layer and the batch layer leave them: final, computed, reconciled, one file a partition. */
const bookkeeping = `
  INSERT INTO pipeline.stream (topic, group_id, cluster_id, archive_url, allowed_lateness)
    VALUES ('devices', 'years', 'years', 'file:///years', '1 minute');
  INSERT INTO pipeline.position (sink, topic, partition, next_offset, greatest_event_time)
    SELECT sink, 'devices', p, (SELECT max(place) FROM past_hour) * ${EVENTS_OF_HOUR}, (SELECT max(hour) FROM past_hour)
    FROM unnest(ARRAY['totals', 'archive']) AS sink, generate_series(0, ${PARTITIONS - 1}) AS p;
  INSERT INTO pipeline.hour (hour, revision, changed_at, computed_revision, computed_final, computed_at, reconciled_at)
    SELECT hour, ${PARTITIONS}, now() - interval '2 minutes', ${PARTITIONS}, true, now() - interval '1 minute', now() FROM past_hour;
  INSERT INTO pipeline.counted_hour (hour, topic, partition, events, event_bytes, counted_end, on_time_end)
    SELECT h.hour, 'devices', p, ${EVENTS_OF_HOUR}, 1000 * s.windows / ${PARTITIONS}, h.place * ${EVENTS_OF_HOUR}, h.place * ${EVENTS_OF_HOUR}
    FROM past_hour AS h, generate_series(0, ${PARTITIONS - 1}) AS p,
      (SELECT sum(windows) AS windows FROM used WHERE type = 'user_total_bytes') AS s;
  INSERT INTO pipeline.archive_file
    (path, hour, topic, partition, start_offset, end_offset, row_count, event_bytes, size_bytes, checksum, decoder_version)
    SELECT to_char(c.hour, '"year="YYYY"/month="MM"/day="DD"/hour="HH24/') || 'devices-' || c.partition || '-' || c.counted_end || '.parquet',
      c.hour, c.topic, c.partition, c.counted_end - ${EVENTS_OF_HOUR}, c.counted_end, ${EVENTS_OF_HOUR}, c.event_bytes, 1000, '', 1
    FROM pipeline.counted_hour AS c;
  INSERT INTO pipeline.batch_run
    (hour, revision, was_final, engine, input_files, events, event_bytes, hourly_rows, users_over_quota,
      users_without_metadata, started_at, finished_at)
    SELECT h.hour, ${PARTITIONS}, true, 'duckdb', f.files, f.events, f.event_bytes, 0, 0, 0, now(), now() - interval '1 minute'
    FROM past_hour AS h
    CROSS JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('path', a.path, 'startOffset', a.start_offset)) AS files, sum(a.row_count) AS events,
        sum(a.event_bytes) AS event_bytes
      FROM pipeline.archive_file AS a WHERE a.hour = h.hour
    ) AS f;
  INSERT INTO pipeline.certificate (number, hour, run_id, content, hash)
    SELECT row_number() OVER (ORDER BY r.hour), r.hour, r.id, jsonb_build_object('files', r.input_files), 'hash ' || r.id
    FROM pipeline.batch_run AS r;
  UPDATE pipeline.certificate_head AS h SET number = c.number, hash = c.hash
    FROM (SELECT number, hash FROM pipeline.certificate ORDER BY number DESC LIMIT 1) AS c;
  INSERT INTO pipeline.computed_hour (hour, is_final, is_in_day_sum) SELECT hour, true, NOT is_new FROM past_hour;
  INSERT INTO pipeline.reconciled_hour (hour, unexplained_bytes, file_problems) SELECT hour, 0, 0 FROM past_hour;
  INSERT INTO pipeline.event_lateness (counted_hour, at_most_ms, events, late_events)
    SELECT hour, n * 1000, 10, 0 FROM past_hour, generate_series(1, 3) AS n;
  INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, sent_at)
    SELECT u.id, h.place, h.hour, 'exceeded', 4000, 3000, now() FROM past_hour AS h CROSS JOIN used AS u
    WHERE u.type = 'user_total_bytes' AND u.n % 50 = 1;
  INSERT INTO pipeline.quota_user (id, events) SELECT id, count(*) FROM pipeline.quota_event GROUP BY id;
  INSERT INTO pipeline.dead_letter (topic, partition, "offset", reason, detail, record_timestamp, payload, payload_bytes, seen_at)
    SELECT 'devices', 0, h.place * ${EVENTS_OF_HOUR} + n, 'not_json', 'it begins with x', h.hour, 'x', 1, h.hour
    FROM past_hour AS h, generate_series(1, 10) AS n;
  INSERT INTO pipeline.dead_letter_total (topic, partition, reason, records, last_seen_at)
    SELECT topic, partition, reason, count(*), max(seen_at) FROM pipeline.dead_letter GROUP BY 1, 2, 3;
  INSERT INTO pipeline.partition_progress (topic, partition, end_offset, noted_at, archived_until)
    SELECT topic, partition, next_offset, now(), now() FROM pipeline.position WHERE sink = 'totals'`;

/** The statements that fill a database of the product's schema, in their order. */
export function yearsOf(shape: YearsShape): readonly string[] {
  return [pastMonths(shape.days), hoursAndIds(shape), rows, bookkeeping, 'ANALYZE'];
}
