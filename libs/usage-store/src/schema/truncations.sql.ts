import type { SchemaFamily } from './schema-family.ts';

/** Acknowledging truncations: a log has other records, or none, at offsets that were read. */
export const truncations: SchemaFamily = {
  name: 'truncations',
  sql: `
    -- The archived chunks of a partition that reach beyond p_from, the newest first.
    CREATE OR REPLACE FUNCTION pipeline.archived_chunks(
      p_version integer, p_topic text, p_partition integer, p_from bigint
    ) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'startOffset', c.start_offset, 'endOffset', c.valid_end, 'paths', c.paths
        ) ORDER BY c.start_offset DESC), '[]')
        FROM (
          SELECT f.start_offset, f.valid_end, jsonb_agg(f.path ORDER BY f.path) AS paths
          FROM pipeline.file_range AS f
          WHERE f.topic = p_topic AND f.partition = p_partition
          GROUP BY f.start_offset, f.valid_end
        ) AS c
        WHERE c.valid_end > greatest(c.start_offset, p_from)
      );
    END
    $$;

    -- Moves the dead letters of an ended generation, from an offset on, to separate tables, where their offsets do not
    -- collide with those of the new generation.
    CREATE OR REPLACE FUNCTION pipeline.set_dead_letters_aside(
      p_topic text, p_partition integer, p_offset bigint, p_generation integer
    ) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      WITH gone AS (
        DELETE FROM pipeline.dead_letter AS d
        WHERE d.topic = p_topic AND d.partition = p_partition AND d."offset" >= p_offset RETURNING d.*
      )
      INSERT INTO pipeline.gone_dead_letter SELECT gone.*, p_generation FROM gone;
      WITH gone AS (
        DELETE FROM pipeline.dead_letter_range AS r
        WHERE r.topic = p_topic AND r.partition = p_partition AND r.last_offset >= p_offset RETURNING r.*
      )
      INSERT INTO pipeline.gone_dead_letter_range SELECT gone.*, p_generation FROM gone;
      WITH gone AS (
        DELETE FROM pipeline.dead_letter_replay AS a
        WHERE a.topic = p_topic AND a.partition = p_partition AND a."offset" >= p_offset RETURNING a.*
      )
      INSERT INTO pipeline.gone_dead_letter_replay SELECT gone.*, p_generation FROM gone;
    END;

    -- Acknowledges that the log differs from p_offset on. Moves positions beyond p_offset back to it, in a new
    -- generation, so that the records that the log has now are counted and archived, too. Lost records that were
    -- counted and archived stay so; those that were counted only are recorded as a gap of the archive. An open intent
    -- that reaches beyond p_offset is given up, and the archive position becomes p_offset: the command creates its
    -- missing files from the records before p_offset. An intent that ends before p_offset is redone unchanged. Missing
    -- files of chunks that an earlier truncation cut get no records beyond p_offset either, since workers archive these.
    CREATE OR REPLACE FUNCTION pipeline.acknowledge_truncation(
      p_version integer, p_topic text, p_group_id text, p_cluster_id text, p_archive_url text,
      p_partition integer, p_offset bigint, p_sinks text[], p_epochs bigint[], p_next_offsets bigint[],
      p_intent_start bigint, p_intent_end bigint, p_files jsonb, p_acknowledged_by text, p_detail text
    ) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      ended constant integer := pipeline.log_generation(p_topic, p_partition);
      totals_end bigint;
      archive_end bigint;
      -- The archive position afterwards.
      archive_to bigint;
      known_until timestamptz;
      kept bigint;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.require_stream(p_topic, p_group_id, p_cluster_id, p_archive_url);
      PERFORM pipeline.require_held(p_topic, p_partition, p_sinks, p_epochs, p_next_offsets, p_intent_start, p_intent_end);

      SELECT max(p.next_offset) FILTER (WHERE p.sink = 'totals'), max(p.next_offset) FILTER (WHERE p.sink = 'archive')
      INTO totals_end, archive_end
      FROM pipeline.position AS p
      WHERE p.topic = p_topic AND p.partition = p_partition;
      archive_to := CASE WHEN p_intent_end > p_offset THEN p_offset ELSE least(archive_end, p_offset) END;
      SELECT g.archived_until INTO known_until FROM pipeline.partition_progress AS g
      WHERE g.topic = p_topic AND g.partition = p_partition AND g.archived_until <= clock_timestamp();

      UPDATE pipeline.abandoned_path AS a SET readable_end = greatest(a.start_offset, p_offset)
      WHERE a.topic = p_topic AND a.partition = p_partition AND a.readable_end > greatest(a.start_offset, p_offset);
      IF p_intent_end > p_offset THEN
        PERFORM pipeline.give_up_intent(p_topic, p_partition, p_files, greatest(p_offset, p_intent_start));
      END IF;
      PERFORM pipeline.record_losses(p_topic, p_partition, NULL, least(totals_end, p_offset), archive_to, p_offset);

      INSERT INTO pipeline.acknowledged_truncation
        (topic, partition, generation, from_offset, totals_end, archive_end, archived_until, detail, acknowledged_by)
      VALUES (p_topic, p_partition, ended + 1, p_offset, totals_end, archive_end, known_until, p_detail, p_acknowledged_by);
      IF archive_end IS NOT NULL AND totals_end > greatest(archive_end, p_offset) THEN
        SELECT coalesce(sum((f ->> 'rows')::bigint), 0) INTO kept FROM jsonb_array_elements(p_files) AS f;
        INSERT INTO pipeline.acknowledged_gap
          (sink, topic, partition, from_offset, to_offset, records_at_most, archived_until, detail, acknowledged_by)
        VALUES ('archive', p_topic, p_partition, greatest(archive_end, p_offset), totals_end,
          greatest(totals_end - greatest(archive_end, p_offset) - kept, 0), known_until,
          'counted, and not archived when the log was truncated', p_acknowledged_by);
      END IF;

      -- An archive position that moves forward, past the readable records of the intent, has no fingerprint: the stored
      -- one is not that of the last record below the position any more.
      UPDATE pipeline.position AS p SET
        next_offset = CASE p.sink WHEN 'archive' THEN archive_to ELSE least(p.next_offset, p_offset) END,
        (fingerprint_offset, fingerprint) = (
          SELECT p.fingerprint_offset, p.fingerprint
          WHERE p.fingerprint_offset < p_offset AND NOT (p.sink = 'archive' AND archive_to > archive_end)
        ),
        skipped_until = greatest(
          least(p.skipped_until, p_offset), CASE WHEN p.sink = 'archive' AND p_intent_end > p_offset THEN p_offset END),
        epoch = p.epoch + 1, moved_at = clock_timestamp()
      WHERE p.topic = p_topic AND p.partition = p_partition;
      UPDATE pipeline.counted_hour AS c SET
        counted_end = least(c.counted_end, p_offset), on_time_end = least(c.on_time_end, p_offset)
      WHERE c.topic = p_topic AND c.partition = p_partition AND c.counted_end > p_offset;
      PERFORM pipeline.set_dead_letters_aside(p_topic, p_partition, p_offset, ended);
      PERFORM pipeline.end_fault(p_topic, p_partition, 'LOG_TRUNCATED');

      -- The noted ends belong to the earlier generation and are not valid for the new one.
      PERFORM pg_advisory_xact_lock(hashtext('pipeline.note_partition_ends'), hashtext(p_topic));
      DELETE FROM pipeline.partition_end AS e WHERE e.topic = p_topic AND e.partition = p_partition;
      UPDATE pipeline.partition_progress AS g SET archived_until = NULL, end_offset = p_offset
      WHERE g.topic = p_topic AND g.partition = p_partition;
      RETURN ended + 1;
    END
    $$;

    -- The missing files of intents that a truncation cut, with the offsets that can still be read for them. No hour is
    -- final while there is one (view partition_archival).
    CREATE OR REPLACE FUNCTION pipeline.cut_chunks(p_version integer, p_topic text, p_partition integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'startOffset', c.start_offset, 'readableEnd', c.readable_end, 'paths', c.paths)), '[]')
        FROM (
          SELECT a.start_offset, a.readable_end, jsonb_agg(a.path ORDER BY a.path) AS paths
          FROM pipeline.abandoned_path AS a
          WHERE a.topic = p_topic AND a.partition = p_partition AND a.readable_end > a.start_offset
          GROUP BY a.start_offset, a.readable_end
        ) AS c
      );
    END
    $$;

    -- Records that no event of a missing file of a cut chunk can be read, so that no hour waits for it. The path stays
    -- abandoned, since a worker that is frozen between intent and file may still create it.
    CREATE OR REPLACE FUNCTION pipeline.note_nothing_readable(p_version integer, p_topic text, p_path text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      UPDATE pipeline.abandoned_path AS a SET readable_end = a.start_offset
      WHERE a.path = p_path AND a.topic = p_topic AND a.readable_end > a.start_offset;
    END
    $$;
  `,
};
