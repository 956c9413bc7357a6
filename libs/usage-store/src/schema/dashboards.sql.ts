import type { SchemaFamily } from './schema-family.ts';

/**
 * The views of the dashboards beyond the public tables: labels of users, known ids, usage and quota, currency of the
 * data.
 */
export const dashboards: SchemaFamily = {
  name: 'dashboards',
  sql: `
    -- A readable label of a user. Users with the same name get their ids appended; otherwise charts would add up their
    -- bytes. The empty id has the bytes of erased persons.
    CREATE VIEW pipeline.user_label AS
    SELECT id, email, quota,
      CASE
        WHEN coalesce(name, '') = '' THEN id
        WHEN count(*) OVER (PARTITION BY name) = 1 THEN name
        ELSE name || ' (' || id || ')'
      END AS label
    FROM public.user_metadata
    UNION ALL
    SELECT '', NULL, NULL, '(erased)' WHERE EXISTS (SELECT FROM pipeline.erasure);

    -- The antennas and apps of the newest 300 windows and of the newest 300 computed hours (more than a day of the stream,
    -- and 12 days of the batch layer), every user with metadata, and the users without metadata of the newest day. The
    -- query skips from window to window, back in time, through the primary key, which begins with the window; otherwise
    -- it would read all rows of all users.
    CREATE VIEW pipeline.known_id AS
    WITH RECURSIVE totals_window (n, start) AS (
      SELECT 1, max("timestamp") FROM public.bytes
      UNION ALL
      SELECT w.n + 1, (SELECT max(b."timestamp") FROM public.bytes AS b WHERE b."timestamp" < w.start)
      FROM totals_window AS w
      WHERE w.start IS NOT NULL AND w.n < 300
    ), newest_hour AS (
      SELECT hour FROM pipeline.computed_hour ORDER BY hour DESC LIMIT 300
    )
    SELECT wanted.type, b.id, b.id AS label
    FROM totals_window AS w
    CROSS JOIN (VALUES ('antenna_total_bytes'), ('app_total_bytes')) AS wanted (type)
    JOIN public.bytes AS b ON b."timestamp" = w.start AND b.type = wanted.type
    UNION
    SELECT wanted.type, b.id, b.id
    FROM newest_hour AS h
    CROSS JOIN (VALUES ('antenna_total_bytes'), ('app_total_bytes')) AS wanted (type)
    JOIN public.bytes_hourly AS b ON b."timestamp" = h.hour AND b.type = wanted.type
    UNION ALL
    SELECT 'user_total_bytes', id, label FROM pipeline.user_label
    UNION ALL
    SELECT DISTINCT 'user_total_bytes', u.id, u.id
    FROM (SELECT max(hour) AS hour FROM pipeline.user_hour_usage) AS newest
    CROSS JOIN generate_series(0, 23) AS n
    JOIN pipeline.user_hour_usage AS u ON u.hour = newest.hour - n * interval '1 hour'
    WHERE NOT EXISTS (SELECT FROM public.user_metadata AS m WHERE m.id = u.id);

    CREATE VIEW pipeline.live_usage AS
    SELECT u.hour, u.id, m.name, m.email, u.usage, m.quota,
      round(u.usage::numeric / nullif(m.quota, 0), 4) AS quota_share
    FROM (SELECT date_trunc('hour', max(watermark)) AS hour FROM pipeline.stream_watermark) AS w
    JOIN pipeline.user_hour_usage AS u USING (hour)
    LEFT JOIN public.user_metadata AS m USING (id);

    -- The hour of the watermark: the share of the quota that each user has used, and when the user first exceeded it.
    CREATE VIEW pipeline.live_quota AS
    SELECT u.hour, l.label, u.usage, u.quota, u.quota_share, least(u.quota_share, 1) AS quota_bar, e.event_time AS passed_at
    FROM pipeline.live_usage AS u
    JOIN pipeline.user_label AS l USING (id)
    LEFT JOIN LATERAL (
      SELECT min(e.event_time) AS event_time
      FROM pipeline.quota_event AS e
      WHERE e.hour = u.hour AND e.id = u.id AND e.state = 'exceeded'
    ) AS e ON true
    WHERE u.quota IS NOT NULL;

    -- The quota events of the hour of the watermark and of the hour before. The delay is that from the event time to the
    -- commit; the batch layer's verdicts have none.
    CREATE VIEW pipeline.quota_alert AS
    SELECT e.hour, e.id, coalesce(l.label, e.id) AS label, e.state, e.usage, e.quota,
      round(e.usage::numeric / nullif(e.quota, 0), 4) AS quota_share, e.event_time, e.seen_at,
      round(extract(epoch FROM e.seen_at - e.event_time AT TIME ZONE 'UTC'), 3) AS delay_seconds, e.sent_at
    FROM (SELECT date_trunc('hour', max(watermark)) AS hour FROM pipeline.stream_watermark) AS w
    JOIN pipeline.quota_event AS e ON e.hour IN (w.hour, w.hour - interval '1 hour')
    LEFT JOIN pipeline.user_label AS l USING (id);

    -- user_quota_limit identifies users by e-mail. An e-mail that several users share is its own label.
    CREATE VIEW pipeline.over_quota AS
    SELECT q."timestamp", coalesce(l.label, q.email) AS label, q.email, q.usage, q.quota,
      round(q.usage::numeric / nullif(q.quota, 0), 4) AS quota_share
    FROM public.user_quota_limit AS q
    LEFT JOIN (
      SELECT email, min(label) AS label FROM pipeline.user_label GROUP BY email HAVING count(*) = 1
    ) AS l USING (email);

    -- One row per stream, from the positions: the newest counted event time, the lag, and the time up to which all
    -- arrived records are counted. Lag and time are NULL while they are unknown for a partition.
    CREATE VIEW pipeline.data_as_of AS
    SELECT topic, max(newest_event_time) AS newest_event_time,
      CASE WHEN count(*) = count(records_behind) THEN sum(records_behind)::bigint END AS records_behind,
      CASE WHEN count(*) = count(counted_until) THEN min(counted_until) END AS counted_until
    FROM (
      SELECT topic, partition, p.greatest_event_time AS newest_event_time,
        CASE WHEN g.end_offset IS NOT NULL THEN greatest(g.end_offset - coalesce(p.next_offset, 0), 0) END AS records_behind,
        CASE WHEN coalesce(p.next_offset, 0) >= g.end_offset THEN g.noted_at ELSE passed.noted_at END AS counted_until
      FROM pipeline.partition_progress AS g
      FULL JOIN (SELECT * FROM pipeline.position WHERE sink = 'totals') AS p USING (topic, partition)
      LEFT JOIN LATERAL (
        SELECT max(e.noted_at) AS noted_at
        FROM pipeline.partition_end AS e
        WHERE e.topic = g.topic AND e.partition = g.partition AND e.end_offset <= coalesce(p.next_offset, 0)
      ) AS passed ON true
      WHERE topic NOT IN (SELECT s.topic FROM pipeline.stream AS s WHERE s.retired_at IS NOT NULL)
    ) AS by_partition
    GROUP BY topic;

    -- Whether the result of an hour is dirty, and whether the hour is final or why not. Each hour is computed in a LATERAL
    -- of its own, so that a condition on the hour reaches the index of each table. lacking_records is an upper
    -- bound of the lost records that an hour lacks, which a final hour may, too. is_below_floor: the rows of bytes_hourly
    -- are removed, or may be at any moment; such an hour is not computed again, and so never dirty.
    CREATE VIEW pipeline.hour_status AS
    SELECT k.hour, coalesce(h.revision, 0) AS revision, r.revision AS computed_revision, r.events, r.finished_at AS computed_at,
      f.reason IS NULL AS is_final, coalesce(h.revision, 0) > coalesce(r.revision, 0) AND k.hour >= o.floor AS is_dirty,
      f.reason AS not_final_because, w.awaited_events + w.late_events AS waiting_events, l.records AS lacking_records,
      k.hour < o.floor AS is_below_floor
    FROM (SELECT hour FROM pipeline.hour UNION SELECT hour FROM pipeline.counted_hour) AS k
    LEFT JOIN LATERAL (SELECT o.hour, o.revision FROM pipeline.hour AS o WHERE o.hour = k.hour LIMIT 1) AS h ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(n.awaited_events), 0)::bigint AS awaited_events, coalesce(sum(n.late_events), 0)::bigint AS late_events
      FROM pipeline.waiting_hour AS n
      WHERE n.hour = k.hour
    ) AS w
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(n.records), 0)::bigint AS records FROM pipeline.lacking_hour AS n WHERE n.hour = k.hour
    ) AS l
    LEFT JOIN LATERAL (
      SELECT b.revision, b.events, b.finished_at
      FROM pipeline.batch_run AS b
      WHERE b.hour = h.hour
      ORDER BY b.revision DESC, b.id DESC
      LIMIT 1
    ) AS r ON true
    CROSS JOIN pipeline.stream_archival AS a
    JOIN pipeline.retention_floor AS o ON o.kind = 'hours'
    CROSS JOIN LATERAL (
      SELECT CASE
        WHEN k.hour AT TIME ZONE 'UTC' > clock_timestamp() THEN 'the hour has not begun'
        WHEN (k.hour + interval '1 hour') AT TIME ZONE 'UTC' > clock_timestamp() THEN 'the hour has not ended'
        WHEN a.partitions = 0 THEN 'no worker has read the topic yet'
        WHEN a.gaps > 0 THEN 'records were lost before they were archived, and the gap is not acknowledged'
        WHEN a.unclaimed > 0 THEN 'a partition has never been read by a worker of this database'
        WHEN a.latest_archived_until > clock_timestamp() THEN 'the clock of Postgres was set back'
        WHEN w.awaited_events > 0 THEN w.awaited_events || ' events are counted and not archived yet'
        WHEN a.archived_until > (k.hour + interval '1 hour' + a.allowed_lateness) AT TIME ZONE 'UTC' THEN NULL
        ELSE 'what arrived in time is not archived yet'
      END AS reason
    ) AS f
    WHERE h.hour IS NOT NULL OR w.awaited_events + w.late_events > 0;

    CREATE VIEW pipeline.dead_letter_count AS
    SELECT topic, reason, sum(records)::bigint AS records, max(last_seen_at) AS last_seen_at
    FROM pipeline.dead_letter_total
    GROUP BY topic, reason;
  `,
};
