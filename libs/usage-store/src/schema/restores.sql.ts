import type { SchemaFamily } from './schema-family.ts';

/** Settling the archive with a database that was restored to an earlier time. */
export const restores: SchemaFamily = {
  name: 'restores',
  sql: `
    -- Begins to settle a restore, or goes on with an open one. From then on no worker can claim a partition, and the
    -- calls of all present workers are refused. The new epochs are taken from the clock, since the restored ones are
    -- those of an earlier time: a frozen worker of the time since then may hold any of the epochs that follow them.
    -- Returns the number of the restore, its aside_url, and the positions.
    CREATE OR REPLACE FUNCTION pipeline.begin_restore(
      p_version integer, p_topic text, p_group_id text, p_cluster_id text, p_archive_url text, p_aside_url text, p_by text
    ) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      settled pipeline.restore;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      -- Waits for the claims in progress; later ones wait for the end of this transaction.
      PERFORM 1 FROM pipeline.stream AS s WHERE s.topic = p_topic FOR UPDATE;
      PERFORM pipeline.require_known_stream(p_topic, p_group_id, p_cluster_id, p_archive_url);
      SELECT r.* INTO settled FROM pipeline.restore AS r WHERE r.ended_at IS NULL;
      IF NOT FOUND THEN
        INSERT INTO pipeline.restore (aside_url, began_by) VALUES (p_aside_url, p_by) RETURNING * INTO settled;
        UPDATE pipeline.position AS p
        SET epoch = greatest(p.epoch + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint), owner = NULL;
      ELSIF settled.aside_url <> p_aside_url THEN
        RAISE EXCEPTION 'the restore that % began to settle at % has its files at %; this program has %',
          settled.began_by, settled.began_at, settled.aside_url, p_aside_url USING ERRCODE = 'AU009';
      END IF;
      RETURN (
        SELECT jsonb_build_object('number', settled.number, 'positions', coalesce(jsonb_agg(jsonb_build_object(
          'sink', p.sink, 'partition', p.partition, 'nextOffset', p.next_offset) ORDER BY p.partition, p.sink DESC), '[]'))
        FROM pipeline.position AS p WHERE p.topic = p_topic
      );
    END
    $$;

    -- Those of the paths that are neither in the manifest, nor in an open intent, nor of a chunk that was given up.
    CREATE OR REPLACE FUNCTION pipeline.unknown_paths(p_version integer, p_paths text[]) RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN array(
        SELECT u.path
        FROM unnest(p_paths) AS u (path)
        WHERE NOT EXISTS (SELECT FROM pipeline.archive_file AS f WHERE f.path = u.path)
          AND NOT EXISTS (SELECT FROM pipeline.abandoned_path AS a WHERE a.path = u.path)
          AND NOT EXISTS (SELECT FROM pipeline.archive_intent AS i WHERE u.path = ANY (i.paths))
        ORDER BY u.path
      );
    END
    $$;

    -- Called before a file leaves the archive. Refused unless the restore is open and the file is still unknown: a
    -- process that was frozen since it looked must look again.
    CREATE OR REPLACE FUNCTION pipeline.note_set_aside(
      p_version integer, p_restore bigint, p_path text, p_checksum text, p_size_bytes bigint, p_rows bigint,
      p_erased_events bigint
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM 1 FROM pipeline.restore AS r WHERE r.number = p_restore AND r.ended_at IS NULL FOR SHARE;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'the restore was settled meanwhile by another run of this command' USING ERRCODE = 'AU009';
      END IF;
      IF cardinality(pipeline.unknown_paths(p_version, ARRAY[p_path])) = 0 THEN
        RAISE EXCEPTION '% is known to the manifest by now', p_path USING ERRCODE = 'AU009';
      END IF;
      INSERT INTO pipeline.set_aside_file (restore, path, checksum, size_bytes, row_count, erased_events)
      VALUES (p_restore, p_path, p_checksum, p_size_bytes, p_rows, p_erased_events)
      ON CONFLICT DO NOTHING;
    END
    $$;

    -- Ends a restore: workers can claim again. Returns what was set aside in all runs of the command. A repeated call
    -- changes nothing.
    CREATE OR REPLACE FUNCTION pipeline.end_restore(p_version integer, p_restore bigint) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      UPDATE pipeline.restore AS r SET ended_at = clock_timestamp() WHERE r.number = p_restore AND r.ended_at IS NULL;
      RETURN (
        SELECT jsonb_build_object('files', count(*), 'events', coalesce(sum(f.row_count), 0),
          'erasedEvents', coalesce(sum(f.erased_events), 0))
        FROM pipeline.set_aside_file AS f WHERE f.restore = p_restore
      );
    END
    $$;
  `,
};
