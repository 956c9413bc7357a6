import type { NumberedMigration } from './numbered-migration.ts';

/**
 * What the speed layer may do, and nothing else: each function is one transaction, checks the fence first, and refuses
 * with a SQLSTATE of sql-state.ts. docs/commit-protocol.md explains the protocol.
 */
export const speedFunctions: NumberedMigration = {
  name: '0003-speed-functions',
  sql: `
    CREATE FUNCTION pipeline.require_version(p_version integer) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      accepted pipeline.schema_version;
    BEGIN
      SELECT * INTO STRICT accepted FROM pipeline.schema_version;
      IF p_version NOT BETWEEN accepted.compatible_since AND accepted.version THEN
        RAISE EXCEPTION 'this program is built for schema version %, the database accepts % to %',
          p_version, accepted.compatible_since, accepted.version USING ERRCODE = 'AU002';
      END IF;
    END
    $$;

    CREATE FUNCTION pipeline.epoch_ms(moment timestamp) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
    RETURN (extract(epoch FROM moment) * 1000)::bigint;

    CREATE FUNCTION pipeline.utc(epoch_ms bigint) RETURNS timestamp
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN timestamp '1970-01-01' + epoch_ms * interval '1 millisecond';

    -- Takes partitions over. Whoever held them is refused from here on.
    CREATE FUNCTION pipeline.claim(
      p_version integer, p_topic text, p_group_id text, p_cluster_id text, p_archive_url text,
      p_allowed_lateness_ms bigint, p_sinks text[], p_partitions integer[], p_owner text
    ) RETURNS TABLE (
      sink text, partition integer, next_offset bigint, epoch bigint, fingerprint_offset bigint, fingerprint text,
      intent jsonb
    )
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
      known pipeline.stream;
    BEGIN
      PERFORM pipeline.require_version(p_version);

      INSERT INTO pipeline.stream (topic, group_id, cluster_id, archive_url, allowed_lateness)
      VALUES (p_topic, p_group_id, p_cluster_id, p_archive_url, p_allowed_lateness_ms * interval '1 millisecond')
      ON CONFLICT (topic) DO UPDATE SET
        archive_url = coalesce(pipeline.stream.archive_url, excluded.archive_url),
        allowed_lateness = excluded.allowed_lateness
      RETURNING * INTO known;
      IF known.group_id <> p_group_id OR known.cluster_id <> p_cluster_id OR known.archive_url <> p_archive_url THEN
        RAISE EXCEPTION 'topic % is kept in this database by group %, cluster %, archive %; this worker has group %, cluster %, archive %',
          p_topic, known.group_id, known.cluster_id, known.archive_url, p_group_id, p_cluster_id, p_archive_url
          USING ERRCODE = 'AU003';
      END IF;

      INSERT INTO pipeline.position (sink, topic, partition)
      SELECT wanted_sink, p_topic, wanted_partition
      FROM unnest(p_sinks) AS wanted_sink CROSS JOIN unnest(p_partitions) AS wanted_partition
      ORDER BY 1, 3
      ON CONFLICT DO NOTHING;

      PERFORM 1 FROM pipeline.position AS p
      WHERE p.sink = ANY (p_sinks) AND p.topic = p_topic AND p.partition = ANY (p_partitions)
      ORDER BY p.sink, p.partition FOR UPDATE;

      RETURN QUERY
      WITH claimed AS (
        UPDATE pipeline.position AS p SET epoch = p.epoch + 1, owner = p_owner
        WHERE p.sink = ANY (p_sinks) AND p.topic = p_topic AND p.partition = ANY (p_partitions)
        RETURNING p.*
      )
      SELECT c.sink, c.partition, c.next_offset, c.epoch, c.fingerprint_offset, c.fingerprint,
        CASE WHEN i.partition IS NOT NULL THEN jsonb_build_object(
          'startOffset', i.start_offset, 'endOffset', i.end_offset,
          'decoderVersion', i.decoder_version, 'paths', to_jsonb(i.paths)) END
      FROM claimed AS c
      LEFT JOIN pipeline.archive_intent AS i
        ON c.sink = 'archive' AND i.topic = c.topic AND i.partition = c.partition
      ORDER BY c.sink, c.partition;
    END
    $$;

    -- Compare-and-swap of positions: locks them in partition order, moves them all, or refuses.
    CREATE FUNCTION pipeline.move_positions(
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

    -- One flush. Rows come sorted by their keys, so that concurrent commits lock them in one order.
    CREATE FUNCTION pipeline.commit_totals(
      p_version integer, p_topic text,
      p_partitions integer[], p_epochs bigint[], p_from bigint[], p_to bigint[],
      p_fingerprint_offsets bigint[], p_fingerprints text[], p_event_times_ms bigint[],
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[],
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[],
      p_dead_letters jsonb, p_keys bytea[], p_payloads bytea[]
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.move_positions('totals', p_topic, p_partitions, p_epochs, p_from, p_to,
        p_fingerprint_offsets, p_fingerprints, p_event_times_ms);

      INSERT INTO public.bytes ("timestamp", type, id, value)
      SELECT pipeline.utc(d.window_ms), d.type, d.id, d.value
      FROM unnest(p_window_ms, p_types, p_ids, p_values) AS d (window_ms, type, id, value)
      ON CONFLICT ("timestamp", type, id) DO UPDATE SET value = bytes.value + excluded.value;

      WITH used AS (
        INSERT INTO pipeline.user_hour_usage AS u (hour, id, usage, latest_event_time)
        SELECT pipeline.utc(d.hour_ms), d.id, d.usage, pipeline.utc(d.latest_ms)
        FROM unnest(p_hour_ms, p_users, p_usages, p_latest_ms) AS d (hour_ms, id, usage, latest_ms)
        ON CONFLICT (hour, id) DO UPDATE SET
          usage = u.usage + excluded.usage,
          latest_event_time = greatest(u.latest_event_time, excluded.latest_event_time)
        RETURNING u.hour, u.id, u.usage, u.latest_event_time
      )
      INSERT INTO pipeline.quota_crossing (hour, id, usage, quota, event_time)
      SELECT used.hour, used.id, used.usage, m.quota, used.latest_event_time
      FROM used
      JOIN public.user_metadata AS m ON m.id = used.id AND used.usage > m.quota
      ORDER BY 1, 2
      ON CONFLICT (hour, id) DO NOTHING;

      INSERT INTO pipeline.dead_letter
        (topic, partition, "offset", reason, detail, record_timestamp, key, payload, payload_bytes)
      SELECT p_topic, (d.letter ->> 'partition')::integer, (d.letter ->> 'offset')::bigint, d.letter ->> 'reason',
        d.letter ->> 'detail', pipeline.utc((d.letter ->> 'timestampMs')::bigint) AT TIME ZONE 'UTC',
        k.key, k.payload, (d.letter ->> 'payloadBytes')::bigint
      FROM jsonb_array_elements(p_dead_letters) WITH ORDINALITY AS d (letter, n)
      JOIN unnest(p_keys, p_payloads) WITH ORDINALITY AS k (key, payload, n) USING (n);
    END
    $$;

    -- Before the first file of a chunk exists. The same intent again is the same call whose answer was lost.
    CREATE FUNCTION pipeline.record_intent(
      p_version integer, p_topic text, p_partition integer, p_epoch bigint, p_start bigint, p_end bigint,
      p_decoder_version integer, p_paths text[]
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

      INSERT INTO pipeline.archive_intent AS i (topic, partition, start_offset, end_offset, decoder_version, paths)
      VALUES (p_topic, p_partition, p_start, p_end, p_decoder_version, p_paths)
      ON CONFLICT (topic, partition) DO UPDATE SET recorded_at = i.recorded_at
      RETURNING * INTO recorded;
      IF (recorded.start_offset, recorded.end_offset, recorded.paths) IS DISTINCT FROM (p_start, p_end, p_paths) THEN
        RAISE EXCEPTION 'partition % of topic % has an open intent from % to %',
          p_partition, p_topic, recorded.start_offset, recorded.end_offset USING ERRCODE = 'AU001';
      END IF;
    END
    $$;

    -- Adds a chunk's files to the manifest, and raises the revision of each hour that they touch.
    CREATE FUNCTION pipeline.list_files(
      p_topic text, p_partition integer, p_start bigint, p_end bigint, p_decoder_version integer, p_files jsonb
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      INSERT INTO pipeline.archive_file
        (path, hour, topic, partition, start_offset, end_offset, row_count, event_bytes, size_bytes, checksum, decoder_version)
      SELECT f ->> 'path', pipeline.utc((f ->> 'hourMs')::bigint), p_topic, p_partition, p_start, p_end,
        (f ->> 'rows')::bigint, (f ->> 'eventBytes')::numeric, (f ->> 'sizeBytes')::bigint, f ->> 'checksum', p_decoder_version
      FROM jsonb_array_elements(p_files) AS f;

      -- In one order, so that concurrent commits do not wait for each other in a circle.
      INSERT INTO pipeline.hour AS h (hour, revision, changed_at)
      SELECT DISTINCT pipeline.utc((f ->> 'hourMs')::bigint), 1, clock_timestamp()
      FROM jsonb_array_elements(p_files) AS f
      ORDER BY 1
      ON CONFLICT (hour) DO UPDATE SET revision = h.revision + 1, changed_at = excluded.changed_at;
    END
    $$;

    CREATE FUNCTION pipeline.complete_chunk(
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

    -- The time to give to note_partition_ends: read before the offsets are.
    CREATE FUNCTION pipeline.now_for_noting() RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT clock_timestamp()::text;
    END;

    -- All partitions that the topic has, with their end offsets as read after p_noted_at. Once the archive has reached
    -- an end, everything that had arrived by that time is archived.
    CREATE FUNCTION pipeline.note_partition_ends(
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

    CREATE VIEW pipeline.live_usage AS
    SELECT u.hour, u.id, m.name, m.email, u.usage, m.quota,
      round(u.usage::numeric / nullif(m.quota, 0), 4) AS quota_share
    FROM (SELECT date_trunc('hour', max(watermark)) AS hour FROM pipeline.stream_watermark) AS w
    JOIN pipeline.user_hour_usage AS u USING (hour)
    LEFT JOIN public.user_metadata AS m USING (id);

    CREATE FUNCTION pipeline.stream_status(p_topic text) RETURNS SETOF pipeline.stream_progress
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT * FROM pipeline.stream_progress WHERE topic = p_topic ORDER BY partition;
    END;

    -- Gives up records that retention has deleted: records the gap and moves the position to the oldest offset that
    -- is left. An intent whose records are gone is closed; those of its files that exist are listed.
    CREATE FUNCTION pipeline.acknowledge_gap(
      p_version integer, p_topic text, p_sink text, p_partition integer, p_from bigint, p_to bigint,
      p_acknowledged_by text, p_detail text, p_files jsonb
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      held pipeline.position;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      INSERT INTO pipeline.position (sink, topic, partition) VALUES (p_sink, p_topic, p_partition)
      ON CONFLICT DO NOTHING;
      -- The epoch is raised: a worker that still holds the partition is refused and starts anew.
      UPDATE pipeline.position AS p SET
        next_offset = p_to, epoch = p.epoch + 1, fingerprint_offset = NULL, fingerprint = NULL, moved_at = clock_timestamp()
      WHERE p.sink = p_sink AND p.topic = p_topic AND p.partition = p_partition AND p.next_offset = p_from
      RETURNING * INTO held;
      IF held IS NULL THEN
        RAISE EXCEPTION 'the position of % on partition % of topic % is not % any more',
          p_sink, p_partition, p_topic, p_from USING ERRCODE = 'AU001';
      END IF;
      INSERT INTO pipeline.acknowledged_gap
        (sink, topic, partition, from_offset, to_offset, detail, acknowledged_by)
      VALUES (p_sink, p_topic, p_partition, p_from, p_to, p_detail, p_acknowledged_by);

      IF p_sink = 'archive' THEN
        PERFORM pipeline.list_files(p_topic, p_partition, i.start_offset, i.end_offset, i.decoder_version, p_files)
        FROM pipeline.archive_intent AS i
        WHERE i.topic = p_topic AND i.partition = p_partition;
        DELETE FROM pipeline.archive_intent AS i WHERE i.topic = p_topic AND i.partition = p_partition;
      END IF;
    END
    $$;
  `,
};
