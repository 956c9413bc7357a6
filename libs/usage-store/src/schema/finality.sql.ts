import type { SchemaFamily } from './schema-family.ts';

/**
 * The facts that decide whether an hour is final (docs/commit-protocol.md, "When an hour is final"). The rule is
 * written twice, for the batch layer in hourly-batch and for the dashboards in view `hour_status`; a test compares
 * them. The views call no function of schema `pipeline`, since a reader of a view needs the right to each function in
 * it.
 */
export const finality: SchemaFamily = {
  name: 'finality',
  sql: `
    -- Every partition of the topic in use. is_claimed: a worker of this database has claimed it for the archive. gap:
    -- the code of a gap or truncation at which a worker has stopped and that is not acknowledged, or whose
    -- acknowledgement has not created all files of a chunk that the truncation cut.
    CREATE VIEW pipeline.partition_archival AS
    SELECT topic, partition, p.next_offset IS NOT NULL AS is_claimed, g.archived_until, f.code AS gap, s.allowed_lateness
    FROM pipeline.partition_progress AS g
    FULL JOIN (SELECT * FROM pipeline.position WHERE sink = 'archive') AS p USING (topic, partition)
    FULL JOIN (
      SELECT topic, partition, min(code) AS code
      FROM (
        SELECT topic, partition, code FROM pipeline.partition_fault WHERE code IN ('DATA_GAP', 'LOG_TRUNCATED')
        UNION ALL
        SELECT topic, partition, 'LOG_TRUNCATED' FROM pipeline.abandoned_path WHERE readable_end > start_offset
      ) AS open_gap
      GROUP BY topic, partition
    ) AS f USING (topic, partition)
    JOIN pipeline.stream AS s USING (topic)
    WHERE s.retired_at IS NULL;

    -- The facts that all hours share, over all partitions.
    CREATE VIEW pipeline.stream_archival AS
    SELECT count(*) AS partitions, count(*) FILTER (WHERE NOT is_claimed) AS unclaimed, count(gap) AS gaps,
      max(archived_until) AS latest_archived_until,
      CASE WHEN count(*) = count(archived_until) THEN min(archived_until) END AS archived_until,
      max(allowed_lateness) AS allowed_lateness
    FROM pipeline.partition_archival;

    -- Events that are in the totals and not in the archive yet, by hour and partition. They are on time if the last
    -- commit for which the hour was not late ends beyond the archive position.
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

    -- The waiting events of each hour that has some: awaited ones, without which the hour is not final, and late ones,
    -- which will only make it dirty. In an hour without files all of them are awaited.
    CREATE VIEW pipeline.waiting_hour AS
    SELECT w.hour,
      coalesce(sum(w.events) FILTER (WHERE w.is_in_time OR NOT f.is_archived), 0)::bigint AS awaited_events,
      coalesce(sum(w.events) FILTER (WHERE NOT w.is_in_time AND f.is_archived), 0)::bigint AS late_events
    FROM pipeline.waiting_events AS w
    CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM pipeline.archive_file AS f WHERE f.hour = w.hour) AS is_archived
    ) AS f
    GROUP BY w.hour;

    -- The archive position of each partition of the topic in use that some sink has claimed; 0 without the archive sink.
    CREATE VIEW pipeline.archive_position AS
    SELECT p.topic, p.partition, coalesce(max(p.next_offset) FILTER (WHERE p.sink = 'archive'), 0) AS next_offset
    FROM pipeline.position AS p
    JOIN pipeline.stream AS s USING (topic)
    WHERE s.retired_at IS NULL
    GROUP BY p.topic, p.partition;

    -- The hours that have waiting events, found by the index on counted_end. The planner does not know that nearly all
    -- events are archived, and would read every hour of every partition.
    CREATE OR REPLACE FUNCTION pipeline.hours_with_waiting_events() RETURNS SETOF timestamp
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    BEGIN ATOMIC
      SELECT DISTINCT c.hour
      FROM pipeline.archive_position AS a
      JOIN pipeline.counted_hour AS c ON c.topic = a.topic AND c.partition = a.partition AND c.counted_end > a.next_offset;
    END;

    -- The hours that may lack records which were lost before they were archived. A gap may have records of any hour that
    -- was not final at the acknowledgement, that the archive has changed since, or that has events counted beyond the
    -- start of the gap. It has none of an hour that began more than an hour after the acknowledgement, if the clocks of
    -- the devices are right.
    CREATE VIEW pipeline.hour_gap AS
    SELECT h.hour, g.id AS gap_id, g.records_at_most
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
    WHERE g.sink = 'archive' AND h.hour < g.acknowledged_at AT TIME ZONE 'UTC' + interval '1 hour';

    -- Upper bound of the records that an hour lacks.
    CREATE VIEW pipeline.lacking_hour AS
    SELECT hour, sum(records_at_most)::bigint AS records FROM pipeline.hour_gap GROUP BY hour;

    -- The facts of each partition, for the batch layer, whose messages name the partitions.
    CREATE OR REPLACE FUNCTION pipeline.partition_facts() RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'topic', a.topic, 'partition', a.partition, 'isClaimed', a.is_claimed, 'gap', a.gap,
        'archivedUntilMs', pipeline.epoch_ms(a.archived_until AT TIME ZONE 'UTC')
      ) ORDER BY a.topic, a.partition), '[]')
      FROM pipeline.partition_archival AS a;
    END;

    -- The facts of one hour, for the batch layer.
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
