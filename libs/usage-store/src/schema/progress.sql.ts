import type { SchemaFamily } from './schema-family.ts';

/** The progress of the stream: end offsets, lag, watermarks. */
export const progress: SchemaFamily = {
  name: 'progress',
  sql: `
    -- The time for note_partition_ends, read before the offsets. NULL if some worker has noted the ends of the topic
    -- less than p_every_ms ago, since all workers share the notes.
    CREATE OR REPLACE FUNCTION pipeline.now_for_noting(p_topic text, p_every_ms bigint) RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT CASE WHEN count(*) = 0 THEN clock_timestamp()::text END
      FROM pipeline.partition_progress AS g
      WHERE g.topic = p_topic
        AND g.noted_at BETWEEN clock_timestamp() - p_every_ms * interval '1 millisecond' AND clock_timestamp();
    END;

    -- Notes the end offsets of all partitions of the topic, read after p_noted_at. Once the archive has reached an end,
    -- all records that had arrived by p_noted_at are archived. An end that could not be read is NULL: it does not
    -- change a known partition, but it registers a new one, so that hours wait for it.
    --
    -- A noted time in the future comes from a clock that was ahead: it is deleted, and the archive time that was
    -- derived from it is unknown until the next note.
    CREATE OR REPLACE FUNCTION pipeline.note_partition_ends(
      p_version integer, p_topic text, p_noted_at timestamptz, p_partitions integer[], p_ends bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      read_partitions integer[];
      read_ends bigint[];
    BEGIN
      PERFORM pipeline.require_version(p_version);
      -- Serializes concurrent notes, so that they cannot deadlock.
      PERFORM pg_advisory_xact_lock(hashtext('pipeline.note_partition_ends'), hashtext(p_topic));

      DELETE FROM pipeline.partition_end AS e WHERE e.topic = p_topic AND e.noted_at > clock_timestamp();
      UPDATE pipeline.partition_progress AS g SET archived_until = NULL
      WHERE g.topic = p_topic AND g.archived_until > clock_timestamp();
      IF p_noted_at > clock_timestamp() THEN
        RETURN;
      END IF;

      -- Leaves out an end below a position that was moved before the end was read: the log was truncated, and the
      -- position belongs to the log before the truncation.
      SELECT array_agg(n.partition), array_agg(n.end_offset) INTO read_partitions, read_ends
      FROM unnest(p_partitions, p_ends) AS n (partition, end_offset)
      WHERE n.end_offset IS NOT NULL AND NOT EXISTS (
        SELECT FROM pipeline.position AS p
        WHERE p.topic = p_topic AND p.partition = n.partition AND p.next_offset > n.end_offset AND p.moved_at < p_noted_at
      );

      INSERT INTO pipeline.partition_end AS e (topic, partition, end_offset, first_noted_at, noted_at)
      SELECT p_topic, n.partition, n.end_offset, p_noted_at, p_noted_at
      FROM unnest(read_partitions, read_ends) AS n (partition, end_offset)
      ON CONFLICT (topic, partition, end_offset)
      DO UPDATE SET noted_at = greatest(e.noted_at, excluded.noted_at);

      INSERT INTO pipeline.partition_progress AS g (topic, partition, end_offset, noted_at)
      SELECT p_topic, n.partition, n.end_offset, p_noted_at
      FROM unnest(read_partitions, read_ends) AS n (partition, end_offset)
      ON CONFLICT (topic, partition) DO UPDATE SET
        end_offset = excluded.end_offset, noted_at = excluded.noted_at
      WHERE g.noted_at < excluded.noted_at OR g.noted_at > clock_timestamp();

      INSERT INTO pipeline.partition_progress (topic, partition, noted_at)
      SELECT p_topic, n.partition, p_noted_at
      FROM unnest(p_partitions, p_ends) AS n (partition, end_offset)
      WHERE n.end_offset IS NULL
      ON CONFLICT (topic, partition) DO NOTHING;

      UPDATE pipeline.partition_progress AS g SET archived_until = r.noted_at
      FROM (
        SELECT e.partition, max(e.noted_at) AS noted_at
        FROM pipeline.partition_end AS e
        JOIN pipeline.position AS p ON p.sink = 'archive' AND p.topic = e.topic AND p.partition = e.partition
        WHERE e.topic = p_topic AND p.next_offset >= e.end_offset
        GROUP BY e.partition
      ) AS r
      WHERE g.topic = p_topic AND g.partition = r.partition AND coalesce(g.archived_until < r.noted_at, true);

      PERFORM pipeline.drop_spare_notes(p_topic);
    END
    $$;

    -- Deletes notes that every sink of a partition has passed, except the newest. While a sink is stopped, it also
    -- deletes every second note as soon as there are more than 500: any subset of the notes is correct, only coarser.
    CREATE OR REPLACE FUNCTION pipeline.drop_spare_notes(p_topic text) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      DELETE FROM pipeline.partition_end AS e
      USING (
        SELECT n.partition, max(n.end_offset) AS end_offset
        FROM pipeline.partition_end AS n
        JOIN (
          SELECT p.partition, min(p.next_offset) AS next_offset FROM pipeline.position AS p
          WHERE p.topic = p_topic GROUP BY p.partition
        ) AS s ON s.partition = n.partition AND s.next_offset >= n.end_offset
        WHERE n.topic = p_topic
        GROUP BY n.partition
      ) AS passed
      WHERE e.topic = p_topic AND e.partition = passed.partition AND e.end_offset < passed.end_offset;

      DELETE FROM pipeline.partition_end AS e
      USING (
        SELECT n.partition, n.end_offset, count(*) OVER (PARTITION BY n.partition) AS notes,
          row_number() OVER (PARTITION BY n.partition ORDER BY n.end_offset) AS place
        FROM pipeline.partition_end AS n
        WHERE n.topic = p_topic
      ) AS ranked
      WHERE e.topic = p_topic AND e.partition = ranked.partition AND e.end_offset = ranked.end_offset
        AND ranked.notes > 500 AND ranked.place % 2 = 1 AND ranked.place NOT IN (1, ranked.notes);
    END;

    -- Deletes the notes and archive times of the partitions: no hour is final until their ends are noted again and
    -- reached.
    CREATE OR REPLACE FUNCTION pipeline.forget_notes(p_version integer, p_topic text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      forgotten bigint;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM 1 FROM pipeline.stream AS s WHERE s.topic = p_topic;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'no worker has ever kept topic % in this database', p_topic USING ERRCODE = 'AU003';
      END IF;
      PERFORM pg_advisory_xact_lock(hashtext('pipeline.note_partition_ends'), hashtext(p_topic));
      DELETE FROM pipeline.partition_end AS e WHERE e.topic = p_topic;
      UPDATE pipeline.partition_progress AS g SET
        archived_until = NULL, noted_at = least(g.noted_at, clock_timestamp())
      WHERE g.topic = p_topic;
      GET DIAGNOSTICS forgotten = ROW_COUNT;
      RETURN forgotten;
    END
    $$;

    -- The progress of each partition. A partition that has not moved for 5 minutes while others did is idle and does
    -- not hold back the watermark of the stream.
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
      CASE WHEN e.is_known THEN greatest(g.end_offset - t.next_offset, 0) END AS totals_lag,
      CASE WHEN e.is_known THEN greatest(g.end_offset - a.next_offset, 0) END AS archive_lag,
      t.greatest_event_time, t.watermark, coalesce(t.is_idle, true) AS is_idle, t.owner, t.moved_at,
      CASE WHEN g.archived_until <= clock_timestamp() THEN g.archived_until END AS archived_until, i.start_offset AS intent_start, i.end_offset AS intent_end,
      i.paths AS intent_paths
    FROM totals AS t
    LEFT JOIN pipeline.position AS a ON a.sink = 'archive' AND a.topic = t.topic AND a.partition = t.partition
    LEFT JOIN pipeline.partition_progress AS g ON g.topic = t.topic AND g.partition = t.partition
    LEFT JOIN pipeline.archive_intent AS i ON i.topic = t.topic AND i.partition = t.partition
    CROSS JOIN LATERAL (
      -- Workers note the ends every 5 s; the lag behind an end that is older than 30 s is unknown.
      SELECT coalesce(g.end_offset IS NOT NULL AND g.noted_at > clock_timestamp() - interval '30 seconds', false)
        AS is_known
    ) AS e;

    -- The smallest watermark of the partitions that are not idle; its hour is the hour in progress.
    CREATE VIEW pipeline.stream_watermark AS
    SELECT topic, min(watermark) FILTER (WHERE NOT is_idle) AS watermark, max(greatest_event_time) AS newest_event_time,
      CASE WHEN count(totals_lag) = count(*) THEN sum(totals_lag) END AS totals_lag, max(noted_at) AS noted_at
    FROM pipeline.stream_progress
    GROUP BY topic;

    CREATE OR REPLACE FUNCTION pipeline.stream_status(p_topic text) RETURNS SETOF pipeline.stream_progress
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT * FROM pipeline.stream_progress WHERE topic = p_topic ORDER BY partition;
    END;
  `,
};
