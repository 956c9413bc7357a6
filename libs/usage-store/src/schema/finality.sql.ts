import type { SchemaFamily } from './schema-family.ts';

/**
 * What tells whether an hour is final (docs/commit-protocol.md, "When an hour is final"). The rule itself is written
 * twice, for the batch layer in hourly-batch and for the dashboards in view `hour_status`; a test compares them. Views use
 * no function of ours: whoever reads a view needs the right to each function in it.
 */
export const finality: SchemaFamily = {
  name: 'finality',
  sql: `
    -- Every partition of the topic that is kept. It is claimed once a worker of this database has read it for the archive.
    -- A gap is known and not acknowledged while a worker has stopped at it.
    CREATE VIEW pipeline.partition_archival AS
    SELECT topic, partition, p.next_offset IS NOT NULL AS is_claimed, g.archived_until, f.code AS gap, s.allowed_lateness
    FROM pipeline.partition_progress AS g
    FULL JOIN (SELECT * FROM pipeline.position WHERE sink = 'archive') AS p USING (topic, partition)
    FULL JOIN (SELECT * FROM pipeline.partition_fault WHERE code IN ('DATA_GAP', 'LOG_TRUNCATED')) AS f
      USING (topic, partition)
    JOIN pipeline.stream AS s USING (topic)
    WHERE s.retired_at IS NULL;

    -- What all hours have in common, of all partitions together.
    CREATE VIEW pipeline.stream_archival AS
    SELECT count(*) AS partitions, count(*) FILTER (WHERE NOT is_claimed) AS unclaimed, count(gap) AS gaps,
      max(archived_until) AS latest_archived_until,
      CASE WHEN count(*) = count(archived_until) THEN min(archived_until) END AS archived_until,
      max(allowed_lateness) AS allowed_lateness
    FROM pipeline.partition_archival;

    -- Events that the totals have counted and the archive does not hold yet, by the hour and partition that lack them.
    -- They came in time if the last commit for which the hour was not late lies beyond the archive's position.
    CREATE VIEW pipeline.waiting_events AS
    SELECT c.hour, c.topic, c.partition, greatest(c.events - coalesce(a.events, 0), 1) AS events,
      coalesce(c.on_time_end > coalesce(p.next_offset, 0), false) AS is_in_time
    FROM pipeline.counted_hour AS c
    JOIN pipeline.stream AS s USING (topic)
    LEFT JOIN pipeline.position AS p ON p.sink = 'archive' AND p.topic = c.topic AND p.partition = c.partition
    LEFT JOIN LATERAL (
      SELECT sum(f.row_count) AS events
      FROM pipeline.archive_file AS f
      WHERE f.hour = c.hour AND f.topic = c.topic AND f.partition = c.partition
    ) AS a ON true
    WHERE c.counted_end > coalesce(p.next_offset, 0) AND s.retired_at IS NULL;

    -- The waiting events of each hour that has some: those without which the hour is not final, and late ones, which will
    -- only make it dirty. An hour of which the archive has no file is not final without any of them.
    CREATE VIEW pipeline.waiting_hour AS
    SELECT w.hour,
      coalesce(sum(w.events) FILTER (WHERE w.is_in_time OR NOT f.is_archived), 0)::bigint AS awaited_events,
      coalesce(sum(w.events) FILTER (WHERE NOT w.is_in_time AND f.is_archived), 0)::bigint AS late_events
    FROM pipeline.waiting_events AS w
    CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM pipeline.archive_file AS f WHERE f.hour = w.hour) AS is_archived
    ) AS f
    GROUP BY w.hour;

    -- How many records, at most, an hour lacks that were lost before they were archived. A gap may hold records of any
    -- hour that was not final when it was acknowledged, that the archive has changed since, or that has events counted
    -- beyond the gap's start; of none that began more than an hour later, by devices whose clocks are right.
    CREATE VIEW pipeline.lacking_hour AS
    SELECT h.hour, sum(g.records_at_most)::bigint AS records
    FROM pipeline.acknowledged_gap AS g
    JOIN pipeline.stream AS s USING (topic)
    CROSS JOIN LATERAL (
      SELECT a.hour FROM pipeline.hour AS a WHERE coalesce(a.changed_at > g.archived_until, g.archived_until IS NULL)
      UNION
      SELECT c.hour
      FROM pipeline.counted_hour AS c
      WHERE c.topic = g.topic AND c.partition = g.partition AND c.counted_end > g.from_offset
      UNION
      SELECT o.hour
      FROM generate_series(
        date_trunc('hour', g.archived_until AT TIME ZONE 'UTC' - s.allowed_lateness - interval '1 hour'),
        g.acknowledged_at AT TIME ZONE 'UTC' + interval '1 hour', interval '1 hour'
      ) AS o (hour)
      WHERE o.hour + interval '1 hour' + s.allowed_lateness >= g.archived_until AT TIME ZONE 'UTC'
    ) AS h
    WHERE g.sink = 'archive' AND h.hour < g.acknowledged_at AT TIME ZONE 'UTC' + interval '1 hour'
    GROUP BY h.hour;

    -- The facts of each partition for the batch layer, which names them.
    CREATE OR REPLACE FUNCTION pipeline.partition_facts() RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'topic', a.topic, 'partition', a.partition, 'isClaimed', a.is_claimed, 'gap', a.gap,
        'archivedUntilMs', pipeline.epoch_ms(a.archived_until AT TIME ZONE 'UTC')
      ) ORDER BY a.topic, a.partition), '[]')
      FROM pipeline.partition_archival AS a;
    END;

    -- The facts of one hour, likewise.
    CREATE OR REPLACE FUNCTION pipeline.hour_facts(p_hour timestamp) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT jsonb_build_object(
        'awaitedEvents', coalesce(max(w.awaited_events), 0), 'lateEvents', coalesce(max(w.late_events), 0),
        'lackingRecords', coalesce((SELECT l.records FROM pipeline.lacking_hour AS l WHERE l.hour = p_hour), 0))
      FROM pipeline.waiting_hour AS w
      WHERE w.hour = p_hour;
    END;
  `,
};
