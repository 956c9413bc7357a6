import type { SchemaFamily } from './schema-family.ts';

/** Intents, files and the manifest of the archive sink. */
export const archive: SchemaFamily = {
  name: 'archive',
  sql: `
    -- Called before the first file of a chunk exists. An equal open intent means that the answer of an earlier call was
    -- lost. Programs of schema version 4 do not pass a fingerprint.
    CREATE OR REPLACE FUNCTION pipeline.record_intent(
      p_version integer, p_topic text, p_partition integer, p_epoch bigint, p_start bigint, p_end bigint,
      p_decoder_version integer, p_paths text[], p_fingerprint_offset bigint DEFAULT NULL, p_fingerprint text DEFAULT NULL
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      recorded pipeline.archive_intent;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM 1 FROM pipeline.position AS p
      WHERE p.sink = 'archive' AND p.topic = p_topic AND p.partition = p_partition
        AND p.next_offset = p_start AND p.epoch = p_epoch
      FOR UPDATE;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the archive position of partition % of topic % was moved or claimed by another worker',
          p_partition, p_topic USING ERRCODE = 'AU001';
      END IF;

      INSERT INTO pipeline.archive_intent AS i
        (topic, partition, start_offset, end_offset, decoder_version, paths, fingerprint_offset, fingerprint)
      VALUES (p_topic, p_partition, p_start, p_end, p_decoder_version, p_paths, p_fingerprint_offset, p_fingerprint)
      ON CONFLICT (topic, partition) DO UPDATE SET recorded_at = i.recorded_at
      RETURNING * INTO recorded;
      IF (recorded.start_offset, recorded.end_offset, recorded.paths) IS DISTINCT FROM (p_start, p_end, p_paths) THEN
        RAISE EXCEPTION 'partition % of topic % has an open intent from % to %',
          p_partition, p_topic, recorded.start_offset, recorded.end_offset USING ERRCODE = 'AU001';
      END IF;
    END
    $$;

    -- Adds the files of a chunk to the manifest, and raises the revision of each of their hours.
    CREATE OR REPLACE FUNCTION pipeline.list_files(
      p_topic text, p_partition integer, p_start bigint, p_end bigint, p_decoder_version integer, p_files jsonb
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      INSERT INTO pipeline.archive_file
        (path, hour, topic, partition, start_offset, end_offset, row_count, event_bytes, erased_events, size_bytes, checksum,
        decoder_version)
      SELECT f ->> 'path', pipeline.utc((f ->> 'hourMs')::bigint), p_topic, p_partition, p_start, p_end,
        (f ->> 'rows')::bigint, (f ->> 'eventBytes')::numeric, coalesce((f ->> 'erasedEvents')::bigint, 0),
        (f ->> 'sizeBytes')::bigint, f ->> 'checksum', p_decoder_version
      FROM jsonb_array_elements(p_files) AS f;
      PERFORM pipeline.list_skipped(p_topic, p_partition, p_start, p_files);

      -- Sorted, so that concurrent commits lock the hours in one order and cannot deadlock.
      INSERT INTO pipeline.hour AS h (hour, revision, changed_at)
      SELECT DISTINCT pipeline.utc((f ->> 'hourMs')::bigint), 1, clock_timestamp()
      FROM jsonb_array_elements(p_files) AS f
      ORDER BY 1
      ON CONFLICT (hour) DO UPDATE SET revision = h.revision + 1, changed_at = excluded.changed_at;
    END
    $$;

    CREATE OR REPLACE FUNCTION pipeline.complete_chunk(
      p_version integer, p_topic text, p_partition integer, p_epoch bigint, p_from bigint, p_to bigint,
      p_fingerprint_offset bigint, p_fingerprint text, p_decoder_version integer, p_has_intent boolean, p_files jsonb
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.move_positions('archive', p_topic, ARRAY[p_partition], ARRAY[p_epoch], ARRAY[p_from],
        ARRAY[p_to], ARRAY[p_fingerprint_offset], ARRAY[p_fingerprint], ARRAY[NULL::bigint]);

      IF p_has_intent THEN
        DELETE FROM pipeline.archive_intent AS i
        WHERE i.topic = p_topic AND i.partition = p_partition AND i.start_offset = p_from AND i.end_offset = p_to;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'partition % of topic % has no open intent from % to %', p_partition, p_topic, p_from, p_to
            USING ERRCODE = 'AU001';
        END IF;
      END IF;

      PERFORM pipeline.list_files(p_topic, p_partition, p_from, p_to, p_decoder_version, p_files);
    END
    $$;

    -- Some files of the newest hours, by which a worker checks that its archive is the one that has the files.
    CREATE OR REPLACE FUNCTION pipeline.newest_paths(p_version integer, p_topic text, p_count integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(newest.path), '[]')
        FROM (
          SELECT f.path FROM pipeline.archive_file AS f WHERE f.topic = p_topic ORDER BY f.hour DESC LIMIT p_count
        ) AS newest
      );
    END
    $$;
  `,
};
