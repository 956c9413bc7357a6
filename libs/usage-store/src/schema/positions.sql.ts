import type { SchemaFamily } from './schema-family.ts';

/** Claiming partitions and moving their positions: the fence of docs/commit-protocol.md. */
export const positions: SchemaFamily = {
  name: 'positions',
  sql: `
    -- The last record that was read below an offset; NULL where none is stored.
    CREATE OR REPLACE FUNCTION pipeline.fingerprint_json(p_offset bigint, p_hash text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
    RETURN CASE WHEN p_hash IS NOT NULL THEN jsonb_build_object('offset', p_offset, 'hash', p_hash) END;

    -- Claims partitions: raises the epochs of their positions, which fences the earlier holders.
    CREATE OR REPLACE FUNCTION pipeline.claim(
      p_version integer, p_topic text, p_group_id text, p_cluster_id text, p_archive_url text,
      p_allowed_lateness_ms bigint, p_sinks text[], p_partitions integer[], p_owner text, p_decoder_version integer
    ) RETURNS TABLE (
      sink text, partition integer, next_offset bigint, epoch bigint, fingerprint_offset bigint, fingerprint text,
      intent jsonb, generation integer, waiting_ms bigint
    )
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    BEGIN
      PERFORM pipeline.require_version(p_version);

      INSERT INTO pipeline.stream (topic, group_id, cluster_id, archive_url, allowed_lateness)
      VALUES (p_topic, p_group_id, p_cluster_id, p_archive_url, p_allowed_lateness_ms * interval '1 millisecond')
      ON CONFLICT DO NOTHING;
      UPDATE pipeline.stream AS s SET
        archive_url = coalesce(s.archive_url, p_archive_url),
        allowed_lateness = p_allowed_lateness_ms * interval '1 millisecond'
      WHERE s.topic = p_topic
        AND (s.allowed_lateness <> p_allowed_lateness_ms * interval '1 millisecond'
          OR (s.archive_url IS NULL AND p_archive_url IS NOT NULL));
      PERFORM pipeline.require_stream(p_topic, p_group_id, p_cluster_id, p_archive_url);

      INSERT INTO pipeline.position (sink, topic, partition)
      SELECT wanted_sink, p_topic, wanted_partition
      FROM unnest(p_sinks) AS wanted_sink CROSS JOIN unnest(p_partitions) AS wanted_partition
      ORDER BY 1, 3
      ON CONFLICT DO NOTHING;

      -- fence_decoder also locks the positions of these partitions, in order.
      PERFORM pipeline.fence_decoder(p_topic, p_partitions, p_decoder_version);

      -- The parts of commits that this claim fences off. A commit, too, locks its parts after the positions.
      DELETE FROM pipeline.staged_totals AS s WHERE s.topic = p_topic AND s.partition = ANY (p_partitions);

      RETURN QUERY
      WITH claimed AS (
        UPDATE pipeline.position AS p SET epoch = p.epoch + 1, owner = p_owner
        WHERE p.sink = ANY (p_sinks) AND p.topic = p_topic AND p.partition = ANY (p_partitions)
        RETURNING p.*
      )
      SELECT c.sink, c.partition, c.next_offset, c.epoch, c.fingerprint_offset, c.fingerprint,
        CASE WHEN i.partition IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object(
          'startOffset', i.start_offset, 'endOffset', i.end_offset,
          'decoderVersion', i.decoder_version, 'paths', to_jsonb(i.paths),
          'fingerprint', pipeline.fingerprint_json(i.fingerprint_offset, i.fingerprint))) END,
        pipeline.log_generation(c.topic, c.partition),
        -- How long records have waited, since their end was first noted, that are neither in the archive nor in its
        -- open intent.
        CASE WHEN c.sink = 'archive' THEN (
          SELECT (extract(epoch FROM clock_timestamp() - min(e.first_noted_at)) * 1000)::bigint
          FROM pipeline.partition_end AS e
          WHERE e.topic = c.topic AND e.partition = c.partition
            AND e.end_offset > coalesce(i.end_offset, c.next_offset)) END
      FROM claimed AS c
      LEFT JOIN pipeline.archive_intent AS i
        ON c.sink = 'archive' AND i.topic = c.topic AND i.partition = c.partition
      ORDER BY c.sink, c.partition;
    END
    $$;

    -- Compare-and-swap of positions: locks them in the order of the partitions, then moves all or refuses all.
    CREATE OR REPLACE FUNCTION pipeline.move_positions(
      p_sink text, p_topic text, p_partitions integer[], p_epochs bigint[], p_from bigint[], p_to bigint[],
      p_fingerprint_offsets bigint[], p_fingerprints text[], p_event_times_ms bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      moved integer;
    BEGIN
      PERFORM 1 FROM pipeline.position AS p
      WHERE p.sink = p_sink AND p.topic = p_topic AND p.partition = ANY (p_partitions)
      ORDER BY p.partition FOR UPDATE;

      UPDATE pipeline.position AS p SET
        next_offset = m.to_offset,
        fingerprint_offset = coalesce(m.fingerprint_offset, p.fingerprint_offset),
        fingerprint = coalesce(m.fingerprint, p.fingerprint),
        greatest_event_time = greatest(p.greatest_event_time, pipeline.utc(m.event_time_ms)),
        moved_at = clock_timestamp()
      FROM unnest(p_partitions, p_epochs, p_from, p_to, p_fingerprint_offsets, p_fingerprints, p_event_times_ms)
        AS m (partition, epoch, from_offset, to_offset, fingerprint_offset, fingerprint, event_time_ms)
      WHERE p.sink = p_sink AND p.topic = p_topic AND p.partition = m.partition
        AND p.next_offset = m.from_offset AND p.epoch = m.epoch;
      GET DIAGNOSTICS moved = ROW_COUNT;
      IF moved <> cardinality(p_partitions) THEN
        RAISE EXCEPTION '% of % positions of sink % on topic % were moved or claimed by another worker',
          cardinality(p_partitions) - moved, cardinality(p_partitions), p_sink, p_topic USING ERRCODE = 'AU001';
      END IF;
    END
    $$;
  `,
};
