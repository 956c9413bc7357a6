/**
 * What each chart must show of the demo run, computed from the product's own tables, without the bundle's SQL. The
 * columns are called as Superset calls them; times are milliseconds since 1970.
 */
type Layer = 'bytes' | 'bytes_hourly';
type Type = 'user_total_bytes' | 'antenna_total_bytes' | 'app_total_bytes';

/** With microseconds as a fraction, as Superset has them. */
const msOf = (moment: string): string => `extract(epoch FROM ${moment}) * 1000`;
const typeLabel = `CASE type WHEN 'user_total_bytes' THEN 'id móvil' WHEN 'antenna_total_bytes' THEN 'id antena' ELSE 'id app' END`;

const series = (layer: Layer, type: Type): string => `
  SELECT ${msOf('t."timestamp"')} AS timestamp, CASE WHEN place <= 10 THEN coalesce(m.name, t.id) ELSE 'otros' END AS label,
    sum(t.value) AS bytes
  FROM public.${layer} AS t
  JOIN (
    SELECT id, row_number() OVER (ORDER BY sum(value) DESC) AS place
    FROM public.${layer} WHERE type = '${type}' GROUP BY id
  ) AS ranked USING (id)
  LEFT JOIN public.user_metadata AS m USING (id)
  WHERE t.type = '${type}'
  GROUP BY 1, 2`;

const total = (layer: Layer): string =>
  `SELECT sum(value) AS bytes FROM public.${layer} WHERE type = 'user_total_bytes'`;

const usedIn = (type: Type): string => `
  SELECT coalesce(m.name, h.id) AS label, sum(h.value) AS bytes, count(*) AS hours_with_usage
  FROM public.bytes_hourly AS h LEFT JOIN public.user_metadata AS m USING (id)
  WHERE h.type = '${type}' GROUP BY 1`;

const rejected = `
  SELECT reason, count(*) AS records FROM pipeline.dead_letter GROUP BY 1
  UNION ALL
  SELECT reason, records FROM pipeline.dead_letter_range`;

const hours = (columns: string): string => `
  SELECT ${columns}
  FROM (
    SELECT date_trunc('hour', "timestamp") AS hour, type, sum(value) AS speed
    FROM public.bytes GROUP BY 1, 2
  ) AS s
  JOIN (SELECT "timestamp" AS hour, type, sum(value) AS batch FROM public.bytes_hourly GROUP BY 1, 2) AS b USING (hour, type)`;

/** By the chart's file in the bundle. */
export const expectedData: Readonly<Record<string, string>> = {
  'charts/speed/data_as_of.yaml': `SELECT ${msOf('max(greatest_event_time)')} AS newest_event_time FROM pipeline.position WHERE sink = 'totals'`,
  'charts/speed/records_behind.yaml': `
    SELECT sum(end_offset - next_offset) AS records_behind
    FROM pipeline.partition_progress JOIN pipeline.position USING (topic, partition) WHERE sink = 'totals'`,
  'charts/speed/total_bytes.yaml': total('bytes'),
  'charts/speed/live_over_quota.yaml': `
    SELECT count(*) AS users_over_quota
    FROM pipeline.user_hour_usage AS u JOIN public.user_metadata USING (id)
    WHERE hour = '2022-10-29 17:00' AND usage > quota`,
  'charts/speed/rejected.yaml': `SELECT sum(records) AS records FROM (${rejected}) AS r`,
  'charts/speed/bytes_user.yaml': series('bytes', 'user_total_bytes'),
  'charts/speed/bytes_antenna.yaml': series('bytes', 'antenna_total_bytes'),
  'charts/speed/bytes_app.yaml': series('bytes', 'app_total_bytes'),
  'charts/speed/bytes_per_minute.yaml': `
    SELECT ${msOf('"timestamp"')} AS timestamp, ${typeLabel} AS type_label, avg(value) / 5 AS bytes_per_minute
    FROM public.bytes GROUP BY 1, 2`,
  'charts/speed/share_app.yaml': `
    SELECT id AS label, sum(value) AS bytes FROM public.bytes WHERE type = 'app_total_bytes' GROUP BY 1`,
  'charts/speed/live_quota.yaml': `
    SELECT m.name AS label, u.usage, m.quota, round(u.usage::numeric / m.quota, 4) AS quota_share,
      least(round(u.usage::numeric / m.quota, 4), 1) AS quota_bar, ${msOf('c.event_time')} AS passed_at
    FROM pipeline.user_hour_usage AS u
    JOIN public.user_metadata AS m USING (id)
    LEFT JOIN pipeline.quota_event AS c ON c.hour = u.hour AND c.id = u.id AND c.state = 'exceeded'
    WHERE u.hour = '2022-10-29 17:00'`,
  'charts/speed/dead_letters.yaml': `SELECT reason, sum(records) AS records FROM (${rejected}) AS r GROUP BY 1`,
  'charts/speed/top_users.yaml': `
    SELECT m.name AS label, sum(b.value) AS bytes
    FROM public.bytes AS b JOIN public.user_metadata AS m USING (id) WHERE b.type = 'user_total_bytes' GROUP BY 1`,
  'charts/speed/quota_alerts.yaml': `
    SELECT m.name AS label, CASE state WHEN 'warned' THEN 'aviso (80 %)' ELSE 'superada' END AS state_label, e.usage,
      round(e.usage::numeric / e.quota, 4) AS quota_share, ${msOf('e.event_time')} AS event_time,
      round(extract(epoch FROM e.seen_at - e.event_time AT TIME ZONE 'UTC'), 3) AS delay_seconds
    FROM pipeline.quota_event AS e JOIN public.user_metadata AS m USING (id)
    WHERE e.hour >= '2022-10-29 16:00'`,
  'charts/speed/antenna_clocks.yaml': `
    SELECT * FROM (VALUES
      ('44444444-4444-4444-4444-444444444444', 'atrasado', -172800, 25, 25, 0),
      ('11111111-1111-1111-1111-111111111111', 'adelantado', 30, 30, 0, 30),
      ('22222222-2222-2222-2222-222222222222', 'bien, con eventos tarde', NULL, 260, 225, 0)
    ) AS a (antenna_id, verdict, clock_offset_seconds, events, late_events, ahead_events)`,
  'charts/speed/lateness_99.yaml': `SELECT 5 AS seconds_for_99`,
  'charts/speed/lateness_999.yaml': `SELECT 90 AS seconds_for_999`,
  'charts/speed/late_share.yaml': `SELECT 0.005 AS late_share`,
  'charts/days/users.yaml': usedIn('user_total_bytes'),
  'charts/days/antennas.yaml': usedIn('antenna_total_bytes'),
  'charts/days/apps.yaml': usedIn('app_total_bytes'),
  'charts/days/days.yaml': `SELECT '2022-10-29' AS day_label, 4 AS hours, 4 AS final_hours, 'incompleto' AS state`,
  'charts/days/bytes_by_day.yaml': `
    SELECT ${msOf(`date_trunc('day', "timestamp")`)} AS day, type, sum(value) AS bytes
    FROM public.bytes_hourly WHERE type = 'app_total_bytes' GROUP BY 1, 2`,
  'charts/batch/unexplained.yaml': `SELECT 0 AS unexplained`,
  // All that the run has not read was archived since.
  'charts/batch/reconciliation.yaml': `
    SELECT ${msOf('hour')} AS timestamp, ${typeLabel} AS type_label, d.difference, 0 AS counted_not_archived,
      0 AS archived_not_counted, d.difference AS archived_since_run, 0 AS below_floor, 0 AS acknowledged, 0 AS foreign_archive,
      0 AS unexplained
    FROM (SELECT date_trunc('hour', "timestamp") AS hour, type, sum(value) AS speed FROM public.bytes GROUP BY 1, 2) AS s
    LEFT JOIN (SELECT "timestamp" AS hour, type, sum(value) AS batch FROM public.bytes_hourly GROUP BY 1, 2) AS b
      USING (hour, type)
    CROSS JOIN LATERAL (SELECT s.speed - coalesce(b.batch, 0) AS difference) AS d`,
  'charts/batch/corrections.yaml': `
    SELECT ${msOf('r.hour')} AS timestamp, 'late_events' AS causes, 1 AS users, 3 AS hourly_rows, 0 AS quota_rows,
      c.old_value AS old_bytes, c.new_value AS new_bytes, 500 AS difference, ${msOf('r.corrected_at')} AS corrected_at
    FROM pipeline.hour_correction_run AS r JOIN pipeline.hour_correction AS c USING (run_id)
    WHERE c.type = 'user_total_bytes'`,
  'charts/batch/certificates.yaml': `
    SELECT ${msOf('hour')} AS timestamp, row_number() OVER (ORDER BY hour) AS number, 'vigente' AS state, b.events,
      b.event_bytes, 1 AS files, left(md5(hour::text), 12) AS short_hash, ${msOf('c.created_at')} AS created_at
    FROM pipeline.batch_run AS b JOIN pipeline.certificate AS c USING (hour)`,
  'charts/batch/computed_until.yaml': `
    SELECT ${msOf(`max("timestamp") + interval '1 hour'`)} AS computed_until FROM public.bytes_hourly`,
  'charts/batch/total_bytes.yaml': total('bytes_hourly'),
  'charts/batch/users_over_quota.yaml': `SELECT count(DISTINCT email) AS users_over_quota FROM public.user_quota_limit`,
  'charts/batch/unsettled_hours.yaml': `SELECT 2 AS unsettled_hours`,
  'charts/batch/total_difference.yaml': `SELECT sum(speed - batch) AS difference FROM (${hours('*')}) AS h WHERE type = 'user_total_bytes'`,
  'charts/batch/hourly_user.yaml': series('bytes_hourly', 'user_total_bytes'),
  'charts/batch/hourly_antenna.yaml': series('bytes_hourly', 'antenna_total_bytes'),
  'charts/batch/hourly_app.yaml': series('bytes_hourly', 'app_total_bytes'),
  'charts/batch/bytes_by_type.yaml': `
    SELECT ${typeLabel} AS type_label, sum(value) AS bytes FROM public.bytes_hourly GROUP BY 1`,
  'charts/batch/over_quota_by_hour.yaml': `
    SELECT ${msOf('"timestamp"')} AS timestamp, count(*) AS times_over_quota FROM public.user_quota_limit GROUP BY 1`,
  'charts/batch/over_quota.yaml': `
    SELECT ${msOf('"timestamp"')} AS timestamp, split_part(email, '@', 1) AS label, email, usage, quota,
      round(usage::numeric / quota, 4) AS quota_share,
      format('<a href="/superset/dashboard/usuario-hora/?native_filters=(NATIVE_FILTER-hour-time:(extraFormData:(time_range:%1$L),filterState:(value:%1$L),id:NATIVE_FILTER-hour-time,ownState:()),NATIVE_FILTER-hour-user:(extraFormData:(filters:!((col:label,op:IN,val:!(%2$L)))),filterState:(value:!(%2$L)),id:NATIVE_FILTER-hour-user,ownState:()))">ver</a>',
        to_char("timestamp", 'YYYY-MM-DD"T"HH24:00:00') || ' : ' || to_char("timestamp" + interval '1 hour', 'YYYY-MM-DD"T"HH24:00:00'),
        split_part(email, '@', 1)) AS detail
    FROM public.user_quota_limit`,
  'charts/hour/windows.yaml': series('bytes', 'user_total_bytes').replace('AS bytes', 'AS speed'),
  'charts/hour/totals.yaml': `
    SELECT m.name AS label, sum(speed) AS speed, sum(batch) AS batch, sum(speed) - sum(batch) AS difference
    FROM (
      SELECT id, value AS speed, 0 AS batch FROM public.bytes WHERE type = 'user_total_bytes'
      UNION ALL
      SELECT id, 0, value FROM public.bytes_hourly WHERE type = 'user_total_bytes'
    ) AS both_layers
    JOIN public.user_metadata AS m USING (id) GROUP BY 1`,
  'charts/hour/quota_events.yaml': `
    SELECT ${msOf('e.hour')} AS timestamp, m.name AS label,
      CASE state WHEN 'warned' THEN 'aviso (80 %)' ELSE 'superada' END AS state_label, e.usage, e.quota,
      ${msOf('e.event_time')} AS event_time, ${msOf('e.seen_at')} AS seen_at
    FROM pipeline.quota_event AS e JOIN public.user_metadata AS m USING (id)`,
  'charts/hour/corrections.yaml': `
    SELECT ${msOf('r.hour')} AS timestamp, m.name AS label, c.old_value, c.new_value, 500 AS difference,
      'late_events' AS causes, ${msOf('r.corrected_at')} AS corrected_at
    FROM pipeline.hour_correction_run AS r JOIN pipeline.hour_correction AS c USING (run_id)
    JOIN public.user_metadata AS m USING (id) WHERE c.type = 'user_total_bytes'`,
  'charts/batch/hours.yaml': `
    SELECT ${msOf('hour')} AS timestamp, state, h.revision, r.revision AS computed_revision, ${msOf('r.finished_at')} AS computed_at,
      CASE WHEN state = 'no final' THEN 'what arrived in time is not archived yet' END AS not_final_because,
      0 AS waiting_events, 0 AS lacking_records
    FROM pipeline.hour AS h
    JOIN (VALUES (13, 'final'), (14, 'final'), (15, 'final'), (16, 'sucia'), (17, 'no final')) AS s (hour_of_day, state)
      ON s.hour_of_day = extract(hour FROM h.hour)
    LEFT JOIN pipeline.batch_run AS r USING (hour)`,
  'charts/batch/difference.yaml': hours(
    `${msOf('hour')} AS timestamp, ${typeLabel} AS type_label, speed - batch AS difference`,
  ),
  'charts/batch/speed_and_batch.yaml': `${hours(
    `${msOf('hour')} AS timestamp, speed, batch, speed - batch AS difference`,
  )} WHERE type = 'user_total_bytes'`,
};
