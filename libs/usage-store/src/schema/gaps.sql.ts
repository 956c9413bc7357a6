import type { SchemaFamily } from './schema-family.ts';

/** Acknowledging gaps: records that cannot be read any more. */
export const gaps: SchemaFamily = {
  name: 'gaps',
  sql: `
    -- The positions for an operator's command, with the epochs and intents by which require_held detects later changes.
    CREATE OR REPLACE FUNCTION pipeline.held_positions(
      p_version integer, p_topic text, p_group_id text, p_cluster_id text, p_archive_url text
    ) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.require_stream(p_topic, p_group_id, p_cluster_id, p_archive_url);
      RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'sink', p.sink, 'partition', p.partition, 'nextOffset', p.next_offset, 'epoch', p.epoch,
          'fingerprint', pipeline.fingerprint_json(p.fingerprint_offset, p.fingerprint),
          'openIntent', CASE WHEN i.partition IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
            'startOffset', i.start_offset, 'endOffset', i.end_offset, 'paths', to_jsonb(i.paths),
            'fingerprint', pipeline.fingerprint_json(i.fingerprint_offset, i.fingerprint))) END
        ) ORDER BY p.partition, p.sink DESC), '[]')
        FROM pipeline.position AS p
        LEFT JOIN pipeline.archive_intent AS i ON p.sink = 'archive' AND i.topic = p.topic AND i.partition = p.partition
        WHERE p.topic = p_topic
      );
    END
    $$;

    -- Refuses unless the positions of the partition, and the intent or its absence, are those that the operator's
    -- command read.
    CREATE OR REPLACE FUNCTION pipeline.require_held(
      p_topic text, p_partition integer, p_sinks text[], p_epochs bigint[], p_offsets bigint[],
      p_intent_start bigint, p_intent_end bigint
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      unchanged integer;
      intended pipeline.archive_intent;
    BEGIN
      PERFORM 1 FROM pipeline.position AS p
      WHERE p.topic = p_topic AND p.partition = p_partition ORDER BY p.sink FOR UPDATE;
      SELECT count(*) INTO unchanged
      FROM pipeline.position AS p
      JOIN unnest(p_sinks, p_epochs, p_offsets) AS h (sink, epoch, next_offset) USING (sink, epoch, next_offset)
      WHERE p.topic = p_topic AND p.partition = p_partition;
      SELECT i.* INTO intended FROM pipeline.archive_intent AS i WHERE i.topic = p_topic AND i.partition = p_partition;
      IF unchanged <> cardinality(p_sinks) OR ('archive' = ANY (p_sinks)
        AND (intended.start_offset, intended.end_offset) IS DISTINCT FROM (p_intent_start, p_intent_end))
      THEN
        RAISE EXCEPTION 'a worker has claimed or moved partition % of topic % meanwhile', p_partition, p_topic
          USING ERRCODE = 'AU001';
      END IF;
    END
    $$;

    -- Closes the intent of a chunk whose records are gone. Adds its existing files to the manifest and records the
    -- other paths as abandoned, since a worker that is frozen between intent and file may still create them.
    CREATE OR REPLACE FUNCTION pipeline.give_up_intent(
      p_topic text, p_partition integer, p_files jsonb, p_readable_end bigint
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.list_files(p_topic, p_partition, i.start_offset, i.end_offset, i.decoder_version, p_files)
      FROM pipeline.archive_intent AS i
      WHERE i.topic = p_topic AND i.partition = p_partition;
      INSERT INTO pipeline.abandoned_path
        (path, topic, partition, start_offset, end_offset, decoder_version, readable_end)
      SELECT unnest(i.paths), i.topic, i.partition, i.start_offset, i.end_offset, i.decoder_version, p_readable_end
      FROM pipeline.archive_intent AS i
      WHERE i.topic = p_topic AND i.partition = p_partition
      EXCEPT
      SELECT a.path, a.topic, a.partition, a.start_offset, a.end_offset, a.decoder_version, p_readable_end
      FROM pipeline.archive_file AS a
      WHERE a.topic = p_topic AND a.partition = p_partition;
      DELETE FROM pipeline.archive_intent AS i WHERE i.topic = p_topic AND i.partition = p_partition;
    END
    $$;

    -- Deletes a fault that an operator has repaired, so that hours stop waiting for it even if no worker runs. A worker
    -- that still stops there notes it again.
    CREATE OR REPLACE FUNCTION pipeline.end_fault(p_topic text, p_partition integer, p_code text) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      DELETE FROM pipeline.partition_fault AS f
      WHERE f.topic = p_topic AND f.partition = p_partition AND f.code = p_code;
    END;

    -- Records a gap of records that retention has deleted, and moves the position to the oldest remaining offset. The
    -- raised epoch fences a worker that holds the partition, which then claims it again.
    CREATE OR REPLACE FUNCTION pipeline.acknowledge_gap(
      p_version integer, p_topic text, p_group_id text, p_cluster_id text, p_archive_url text,
      p_sink text, p_partition integer, p_epoch bigint, p_from bigint, p_to bigint,
      p_intent_start bigint, p_intent_end bigint, p_files jsonb, p_acknowledged_by text, p_detail text
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.require_stream(p_topic, p_group_id, p_cluster_id, p_archive_url);
      PERFORM pipeline.require_held(p_topic, p_partition, ARRAY[p_sink], ARRAY[p_epoch], ARRAY[p_from],
        p_intent_start, p_intent_end);

      INSERT INTO pipeline.acknowledged_gap
        (sink, topic, partition, from_offset, to_offset, records_at_most, archived_until, detail, acknowledged_by)
      SELECT p_sink, p_topic, p_partition, p_from, p_to,
        p_to - p_from - (SELECT coalesce(sum((f ->> 'rows')::bigint), 0) FROM jsonb_array_elements(p_files) AS f),
        (SELECT g.archived_until FROM pipeline.partition_progress AS g
         WHERE g.topic = p_topic AND g.partition = p_partition AND g.archived_until <= clock_timestamp()),
        p_detail, p_acknowledged_by;
      IF p_sink = 'archive' THEN
        PERFORM pipeline.give_up_intent(p_topic, p_partition, p_files, NULL);
        PERFORM pipeline.end_fault(p_topic, p_partition, 'DATA_GAP');
      END IF;
      PERFORM pipeline.record_losses(p_topic, p_partition, p_sink, p_to, p_to, NULL);
      UPDATE pipeline.position AS p SET
        next_offset = p_to, epoch = p.epoch + 1, fingerprint_offset = NULL, fingerprint = NULL,
        skipped_until = p_to, moved_at = clock_timestamp()
      WHERE p.sink = p_sink AND p.topic = p_topic AND p.partition = p_partition;
    END
    $$;

    CREATE OR REPLACE FUNCTION pipeline.abandoned_paths(p_version integer, p_topic text) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(a.path ORDER BY a.path), '[]') FROM pipeline.abandoned_path AS a WHERE a.topic = p_topic
      );
    END
    $$;

    -- Adds a file to the manifest that appeared after its chunk was given up, since no worker reads its records any
    -- more. Returns false if the file was adopted before.
    CREATE OR REPLACE FUNCTION pipeline.adopt_file(p_version integer, p_topic text, p_file jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      abandoned pipeline.abandoned_path;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      DELETE FROM pipeline.abandoned_path AS a WHERE a.path = p_file ->> 'path' AND a.topic = p_topic
      RETURNING * INTO abandoned;
      IF NOT FOUND THEN
        RETURN false;
      END IF;
      PERFORM pipeline.list_files(p_topic, abandoned.partition, abandoned.start_offset, abandoned.end_offset,
        abandoned.decoder_version, jsonb_build_array(p_file));
      PERFORM pipeline.find_lost(p_topic, abandoned.partition,
        coalesce(abandoned.readable_end, abandoned.end_offset), p_file);
      RETURN true;
    END
    $$;
  `,
};
