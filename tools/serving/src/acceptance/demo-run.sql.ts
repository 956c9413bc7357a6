/**
 * Fills an empty database with five hours of 2022-10-29 as the product would have left them, by the clock of the
 * database: 13 to 15 computed and final, 16 computed before a few late events came (dirty), 17 in progress and behind.
 * The numbers are a function of the ids and times alone, so that every run shows the same.
 */
export const demoRun = `
  INSERT INTO public.user_metadata (id, name, email, quota)
  SELECT '00000000-0000-0000-0000-' || lpad(n::text, 12, '0'), name, name || '@gmail.com', quota
  FROM (VALUES
    (1, 'andres', 200000), (2, 'paco', 300000), (3, 'juan', 100000), (4, 'fede', 5000), (5, 'gorka', 200000),
    (6, 'luis', 200000), (7, 'eric', 300000), (8, 'carlos', 100000), (9, 'david', 300000), (10, 'juanchu', 300000),
    (11, 'charo', 300000), (12, 'delicidas', 1000000), (13, 'milagros', 200000), (14, 'antonio', 1000000),
    (15, 'sergio', 1000000), (16, 'maria', 1000000), (17, 'cristina', 300000), (18, 'lucia', 300000),
    (19, 'carlota', 200000), (20, 'emilio', 200000)
  ) AS u (n, name, quota);

  CREATE FUNCTION pg_temp.chance(key text) RETURNS float8
  LANGUAGE sql IMMUTABLE RETURN ('x' || left(md5(key), 8))::bit(32)::bigint / 4294967296.0;

  CREATE TEMPORARY TABLE event AS
  SELECT date_trunc('milliseconds', t + pg_temp.chance('at' || key) * interval '5 minutes') AS event_time, id,
    repeat(digit, 8) || '-' || repeat(digit, 4) || '-' || repeat(digit, 4) || '-' || repeat(digit, 4) || '-' ||
      repeat(digit, 12) AS antenna_id,
    (ARRAY['FACEBOOK', 'TELEGRAM', 'SKYPE', 'FACETIME'])[1 + floor(4 * power(pg_temp.chance('app' || key), 1.6))::int] AS app,
    round((1000 + 9000 * pg_temp.chance('bytes' || key)) * (CASE WHEN quota < 10000 THEN 0.03 ELSE 0.3 + 2.2 * power(pg_temp.chance(id), 2) END)
      * (1 + 0.6 * sin(extract(epoch FROM t) / 4500)))::bigint AS bytes,
    -- Of the hour 16, after the batch layer had computed it.
    t = '2022-10-29 16:55' AND pg_temp.chance('late' || key) < 0.2 AS is_late
  FROM generate_series(timestamp '2022-10-29 13:00', '2022-10-29 17:35', interval '5 minutes') AS t
  CROSS JOIN public.user_metadata
  CROSS JOIN generate_series(1, 4) AS g
  CROSS JOIN LATERAL (SELECT t::text || id || g AS key) AS k
  CROSS JOIN LATERAL (SELECT floor(5 * power(pg_temp.chance('antenna' || key), 1.3))::int::text AS digit) AS a
  WHERE pg_temp.chance('active' || key) < 0.7;

  CREATE TEMPORARY VIEW total AS
  SELECT event_time, is_late, bytes, type, total.id
  FROM event CROSS JOIN LATERAL (VALUES
    ('user_total_bytes', event.id), ('antenna_total_bytes', antenna_id), ('app_total_bytes', app)
  ) AS total (type, id);

  INSERT INTO public.bytes ("timestamp", type, id, value)
  SELECT date_bin('5 minutes', event_time, '2022-01-01'), type, id, sum(bytes) FROM total GROUP BY 1, 2, 3;

  INSERT INTO public.bytes_hourly ("timestamp", type, id, value)
  SELECT date_trunc('hour', event_time), type, id, sum(bytes)
  FROM total WHERE event_time < '2022-10-29 17:00' AND NOT is_late GROUP BY 1, 2, 3;

  INSERT INTO pipeline.computed_hour (hour, is_final) SELECT DISTINCT "timestamp", true FROM public.bytes_hourly;

  -- Of the antennas, one is two days behind, one is half a minute ahead, and one sends late after an outage.
  INSERT INTO pipeline.event_lateness (counted_hour, at_most_ms, events, late_events)
  SELECT hour, at_most_ms, events, late_events
  FROM generate_series(timestamp '2022-10-29 13:00', '2022-10-29 17:00', interval '1 hour') AS hour
  CROSS JOIN (VALUES (500, 9000, 0), (5000, 950, 0), (90000, 45, 45), (259200000, 5, 5)) AS b (at_most_ms, events, late_events);
  INSERT INTO pipeline.antenna_lateness
    (counted_hour, antenna_id, events, late_events, ahead_events, least_ms, greatest_ms) VALUES
    ('2022-10-29 17:00', '44444444-4444-4444-4444-444444444444', 25, 25, 0, 172800000, 172803000),
    ('2022-10-29 17:00', '11111111-1111-1111-1111-111111111111', 30, 0, 30, -40000, -30000),
    ('2022-10-29 16:00', '22222222-2222-2222-2222-222222222222', 260, 225, 0, 20, 90000);

  INSERT INTO public.user_quota_limit (email, usage, quota, "timestamp")
  SELECT m.email, h.value, m.quota, h."timestamp"
  FROM public.bytes_hourly AS h JOIN public.user_metadata AS m USING (id)
  WHERE h.type = 'user_total_bytes' AND h.value > m.quota;

  INSERT INTO pipeline.stream (topic, group_id, cluster_id, archive_url, allowed_lateness)
  VALUES ('devices', 'speed-layer', 'demo', 'file:///demo', '1 minute');

  INSERT INTO pipeline.position (sink, topic, partition, next_offset, epoch, greatest_event_time, moved_at)
  SELECT sink, 'devices', partition, 1000 + partition, 1,
    (SELECT max(event_time) FROM event) - partition * interval '7 seconds', clock_timestamp()
  FROM unnest(ARRAY['totals', 'archive']) AS sink CROSS JOIN generate_series(0, 3) AS partition;

  -- Partition 3 has 137 records that are not counted yet; all that had arrived two minutes ago is.
  INSERT INTO pipeline.partition_progress (topic, partition, end_offset, noted_at, archived_until)
  SELECT 'devices', partition, 1000 + partition + CASE partition WHEN 3 THEN 137 ELSE 0 END,
    clock_timestamp() - interval '5 seconds', '2022-10-29 17:40+00'
  FROM generate_series(0, 3) AS partition;
  INSERT INTO pipeline.partition_end (topic, partition, end_offset, noted_at) VALUES
    ('devices', 3, 1003, clock_timestamp() - interval '2 minutes'),
    ('devices', 3, 1140, clock_timestamp() - interval '5 seconds');

  INSERT INTO pipeline.user_hour_usage (hour, id, usage, latest_event_time)
  SELECT date_trunc('hour', event_time), id, sum(bytes), max(event_time) FROM event GROUP BY 1, 2;

  INSERT INTO pipeline.quota_event (id, sequence, hour, state, usage, quota, event_time, seen_at)
  SELECT id, row_number() OVER (PARTITION BY id ORDER BY event_time, state DESC), hour, state, usage, quota, event_time,
    event_time AT TIME ZONE 'UTC' + (0.3 + 0.6 * pg_temp.chance('seen' || hour || id || state)) * interval '1 second'
  FROM (
    SELECT DISTINCT ON (hour, id, state) hour, id, state, usage, quota, event_time
    FROM (
      SELECT date_trunc('hour', event_time) AS hour, id, event_time,
        sum(bytes) OVER (PARTITION BY date_trunc('hour', event_time), id ORDER BY event_time) AS usage
      FROM event
    ) AS running
    JOIN public.user_metadata USING (id)
    CROSS JOIN (VALUES ('warned'), ('exceeded')) AS s (state)
    WHERE usage >= quota - quota / 5 AND (state = 'warned' OR usage > quota)
    ORDER BY hour, id, state, event_time
  ) AS found
  ORDER BY event_time, id, state DESC;

  INSERT INTO pipeline.dead_letter (topic, partition, "offset", reason, detail)
  SELECT 'devices', n % 4, n * 10, reason, 'demo'
  FROM (VALUES ('not_json', 12), ('missing_field', 5), ('invalid_bytes', 3), ('wrong_clock', 1)) AS d (reason, count)
  CROSS JOIN LATERAL generate_series(1, count) AS i
  CROSS JOIN LATERAL (SELECT count * 100 + i AS n) AS k;

  -- A flood: most of it is counted only.
  INSERT INTO pipeline.dead_letter_range (topic, partition, reason, first_offset, last_offset, records) VALUES
    ('devices', 0, 'not_json', 5000, 5999, 900), ('devices', 1, 'not_json', 7000, 7099, 100),
    ('devices', 1, 'empty', 7001, 7001, 1);

  INSERT INTO pipeline.dead_letter_total (topic, partition, reason, records, last_seen_at)
  SELECT topic, partition, reason, sum(records), clock_timestamp()
  FROM (
    SELECT topic, partition, reason, 1 AS records FROM pipeline.dead_letter
    UNION ALL
    SELECT topic, partition, reason, records FROM pipeline.dead_letter_range
  ) AS d
  GROUP BY topic, partition, reason;

  INSERT INTO pipeline.hour (hour, revision, changed_at)
  SELECT hour, CASE WHEN hour = '2022-10-29 16:00' THEN 3 ELSE 2 END, clock_timestamp()
  FROM generate_series(timestamp '2022-10-29 13:00', '2022-10-29 17:00', interval '1 hour') AS hour;

  -- A file for each hour, and a second one for the late events of the hour 16, which its run has not read.
  INSERT INTO pipeline.archive_file (path, hour, topic, partition, start_offset, end_offset, row_count, event_bytes,
    size_bytes, checksum, decoder_version)
  SELECT to_char(hour, '"year="YYYY"/month="MM"/day="DD"/hour="HH24"/devices-0-') || lpad(start::text, 12, '0') || '-' ||
      lpad((start + 99)::text, 12, '0') || '.parquet', hour, 'devices', 0, start, start + 100, count(*), sum(bytes), 4096,
    repeat('0', 64), 1
  FROM (
    SELECT date_trunc('hour', event_time) AS hour, bytes,
      100 * (extract(hour FROM event_time)::integer - 13) + CASE WHEN is_late THEN 500 ELSE 0 END AS start
    FROM event
  ) AS e
  GROUP BY hour, start;
  INSERT INTO pipeline.counted_hour (hour, topic, partition, events, event_bytes, counted_end, on_time_end)
  SELECT date_trunc('hour', event_time), 'devices', 0, count(*), sum(bytes), 1000, 1000 FROM event GROUP BY 1;

  INSERT INTO pipeline.batch_run (hour, revision, was_final, engine, input_files, events, event_bytes, hourly_rows,
    users_over_quota, users_without_metadata, started_at)
  SELECT hour, 2, true, 'duckdb', (
      SELECT jsonb_agg(jsonb_build_object('path', f.path, 'startOffset', f.start_offset, 'endOffset', f.end_offset))
      FROM pipeline.archive_file AS f WHERE f.hour = e.hour AND f.start_offset < 500
    ), count(*), sum(bytes), 29, 0, 0, clock_timestamp() - interval '3 seconds'
  FROM (SELECT date_trunc('hour', event_time) AS hour, bytes FROM event WHERE NOT is_late) AS e
  WHERE hour < '2022-10-29 17:00'
  GROUP BY hour;
  -- The hour 14 was final before its last run, which 500 bytes of a late file have corrected; all hours are certified.
  INSERT INTO pipeline.hour_correction_run
    (run_id, hour, former_run_id, old_revision, new_revision, was_final, causes, hourly_rows, quota_rows)
  SELECT id, hour, id, 1, 2, true, '[{"kind": "late_events"}]', 3, 0
  FROM pipeline.batch_run WHERE hour = '2022-10-29 14:00';
  INSERT INTO pipeline.hour_correction (run_id, type, id, old_value, new_value)
  SELECT r.run_id, h.type, min(h.id), min(h.value) - 500, min(h.value)
  FROM pipeline.hour_correction_run AS r JOIN public.bytes_hourly AS h ON h."timestamp" = r.hour
  GROUP BY r.run_id, h.type;
  INSERT INTO pipeline.certificate (number, hour, run_id, content, hash)
  SELECT row_number() OVER (ORDER BY hour), hour, id, '{}', md5(hour::text) FROM pipeline.batch_run;
`;
