import type { SchemaFamily } from './schema-family.ts';

/** How far the stream has come: ends of the log, lag, watermarks. */
export const progress: SchemaFamily = {
  name: 'progress',
  sql: `
    -- The time to give to note_partition_ends: read before the offsets are.
    CREATE OR REPLACE FUNCTION pipeline.now_for_noting() RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT clock_timestamp()::text;
    END;

    -- All partitions that the topic has, with their end offsets as read after p_noted_at. Once the archive has reached
    -- an end, everything that had arrived by that time is archived.
    CREATE OR REPLACE FUNCTION pipeline.note_partition_ends(
      p_version integer, p_topic text, p_noted_at timestamptz, p_partitions integer[], p_ends bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      -- Workers note the same partitions: one at a time keeps them from each other's locks.
      PERFORM pg_advisory_xact_lock(hashtext('pipeline.note_partition_ends'), hashtext(p_topic));

      INSERT INTO pipeline.partition_end AS e (topic, partition, end_offset, noted_at)
      SELECT p_topic, n.partition, n.end_offset, p_noted_at
      FROM unnest(p_partitions, p_ends) AS n (partition, end_offset)
      ON CONFLICT (topic, partition, end_offset)
      DO UPDATE SET noted_at = greatest(e.noted_at, excluded.noted_at);

      INSERT INTO pipeline.partition_progress AS g (topic, partition, end_offset, noted_at)
      SELECT p_topic, n.partition, n.end_offset, p_noted_at
      FROM unnest(p_partitions, p_ends) AS n (partition, end_offset)
      ON CONFLICT (topic, partition) DO UPDATE SET
        end_offset = excluded.end_offset, noted_at = excluded.noted_at
      WHERE g.noted_at < excluded.noted_at;

      WITH reached AS (
        DELETE FROM pipeline.partition_end AS e
        USING pipeline.position AS p
        WHERE e.topic = p_topic AND p.topic = e.topic AND p.partition = e.partition
          AND p.sink = 'archive' AND p.next_offset >= e.end_offset
        RETURNING e.partition, e.noted_at
      ), latest AS (
        SELECT partition, max(noted_at) AS noted_at FROM reached GROUP BY partition
      )
      UPDATE pipeline.partition_progress AS g
      SET archived_until = greatest(g.archived_until, l.noted_at)
      FROM latest AS l
      WHERE g.topic = p_topic AND g.partition = l.partition;
    END
    $$;

    -- A partition that has not moved for this long while others did no longer holds the stream's watermark back.
    CREATE VIEW pipeline.stream_progress AS
    WITH totals AS (
      SELECT p.topic, p.partition, p.next_offset, p.owner, p.moved_at, p.greatest_event_time,
        p.greatest_event_time - s.allowed_lateness AS watermark,
        max(p.moved_at) OVER (PARTITION BY p.topic) - p.moved_at > interval '5 minutes' AS is_idle
      FROM pipeline.position AS p JOIN pipeline.stream AS s USING (topic)
      WHERE p.sink = 'totals'
    )
    SELECT t.topic, t.partition, t.next_offset AS totals_offset, a.next_offset AS archive_offset,
      g.end_offset, g.noted_at,
      greatest(g.end_offset - t.next_offset, 0) AS totals_lag, greatest(g.end_offset - a.next_offset, 0) AS archive_lag,
      t.greatest_event_time, t.watermark, coalesce(t.is_idle, true) AS is_idle, t.owner, t.moved_at,
      g.archived_until, i.start_offset AS intent_start, i.end_offset AS intent_end,
      i.paths AS intent_paths
    FROM totals AS t
    LEFT JOIN pipeline.position AS a ON a.sink = 'archive' AND a.topic = t.topic AND a.partition = t.partition
    LEFT JOIN pipeline.partition_progress AS g ON g.topic = t.topic AND g.partition = t.partition
    LEFT JOIN pipeline.archive_intent AS i ON i.topic = t.topic AND i.partition = t.partition;

    -- The least watermark of the partitions that are not idle: the hour that it lies in is the hour in progress.
    CREATE VIEW pipeline.stream_watermark AS
    SELECT topic, min(watermark) FILTER (WHERE NOT is_idle) AS watermark, max(greatest_event_time) AS newest_event_time,
      sum(totals_lag) AS totals_lag, max(noted_at) AS noted_at
    FROM pipeline.stream_progress
    GROUP BY topic;

    CREATE OR REPLACE FUNCTION pipeline.stream_status(p_topic text) RETURNS SETOF pipeline.stream_progress
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT * FROM pipeline.stream_progress WHERE topic = p_topic ORDER BY partition;
    END;
  `,
};
