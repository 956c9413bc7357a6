import type { SchemaFamily } from './schema-family.ts';

/** The stream that the database belongs to. */
export const stream: SchemaFamily = {
  name: 'stream',
  sql: `
    -- Refuses a program with another archive than this database has. A NULL archive stands for a program without one.
    CREATE OR REPLACE FUNCTION pipeline.require_archive(p_archive_url text) RETURNS void
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      other pipeline.stream;
    BEGIN
      SELECT s.* INTO other FROM pipeline.stream AS s WHERE s.archive_url <> p_archive_url LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'topic % is archived at %; this program has archive %', other.topic, other.archive_url, p_archive_url
          USING ERRCODE = 'AU003';
      END IF;
    END
    $$;

    -- Checks that a worker or an operator's command has the topic, group, cluster and archive of this database. Its
    -- lock delays a retirement of the topic until the caller's transaction ends.
    CREATE OR REPLACE FUNCTION pipeline.require_known_stream(
      p_topic text, p_group_id text, p_cluster_id text, p_archive_url text
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      known pipeline.stream;
    BEGIN
      SELECT s.* INTO known FROM pipeline.stream AS s WHERE s.topic <> p_topic AND s.retired_at IS NULL;
      IF FOUND THEN
        RAISE EXCEPTION 'this database keeps topic %; this program has topic % (one that is not used any more is taken out by speed-layer:retire-topic)',
          known.topic, p_topic USING ERRCODE = 'AU003';
      END IF;
      PERFORM pipeline.require_archive(p_archive_url);

      SELECT s.* INTO known FROM pipeline.stream AS s WHERE s.topic = p_topic FOR SHARE;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'no worker has ever kept topic % in this database', p_topic USING ERRCODE = 'AU003';
      END IF;
      IF known.retired_at IS NOT NULL THEN
        RAISE EXCEPTION 'topic % was retired from this database at % (speed-layer:retire-topic --undo takes that back)',
          p_topic, known.retired_at USING ERRCODE = 'AU003';
      END IF;
      IF known.group_id <> p_group_id OR known.cluster_id <> p_cluster_id THEN
        RAISE EXCEPTION 'topic % is kept in this database by group % of cluster %; this program has group % of cluster %',
          p_topic, known.group_id, known.cluster_id, p_group_id, p_cluster_id USING ERRCODE = 'AU003';
      END IF;
    END
    $$;

    -- Checks the same, and that no restore of the database is being settled (restores.sql.ts).
    CREATE OR REPLACE FUNCTION pipeline.require_stream(
      p_topic text, p_group_id text, p_cluster_id text, p_archive_url text
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      unsettled pipeline.restore;
    BEGIN
      PERFORM pipeline.require_known_stream(p_topic, p_group_id, p_cluster_id, p_archive_url);
      SELECT r.* INTO unsettled FROM pipeline.restore AS r WHERE r.ended_at IS NULL;
      IF FOUND THEN
        RAISE EXCEPTION 'this database was restored to an earlier time, and speed-layer:settle-restore, begun by % at %, has not ended',
          unsettled.began_by, unsettled.began_at USING ERRCODE = 'AU009';
      END IF;
    END
    $$;

    -- The generation of a partition's log: the number of acknowledged truncations. An offset is unique only within a
    -- generation.
    CREATE OR REPLACE FUNCTION pipeline.log_generation(p_topic text, p_partition integer) RETURNS integer
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT coalesce(max(t.generation), 0) FROM pipeline.acknowledged_truncation AS t
      WHERE t.topic = p_topic AND t.partition = p_partition;
    END;

    -- Retires a topic: its workers are refused from now on, and no hour waits for it. Its stored data stays. Returns
    -- the offsets up to the last noted ends that are not counted or not archived. A repeated call changes nothing.
    CREATE OR REPLACE FUNCTION pipeline.retire_topic(p_version integer, p_topic text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      was_retired boolean;
      intended pipeline.archive_intent;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      SELECT s.retired_at IS NOT NULL INTO was_retired FROM pipeline.stream AS s WHERE s.topic = p_topic FOR UPDATE;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'no worker has ever kept topic % in this database', p_topic USING ERRCODE = 'AU003';
      END IF;
      -- Locks the positions before it reads the intents, so that no worker can record an intent in between.
      PERFORM 1 FROM pipeline.position AS p WHERE p.topic = p_topic ORDER BY p.sink, p.partition FOR UPDATE;
      SELECT i.* INTO intended FROM pipeline.archive_intent AS i WHERE i.topic = p_topic ORDER BY i.partition LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'a chunk of topic % is being written: partition %, offsets % to %',
          p_topic, intended.partition, intended.start_offset, intended.end_offset USING ERRCODE = 'AU005';
      END IF;

      IF NOT was_retired THEN
        UPDATE pipeline.stream AS s SET retired_at = clock_timestamp() WHERE s.topic = p_topic;
        UPDATE pipeline.position AS p SET epoch = p.epoch + 1, owner = NULL WHERE p.topic = p_topic;
      END IF;
      RETURN (
        SELECT jsonb_build_object(
          'isChanged', NOT was_retired, 'partitions', count(*),
          'notCounted', coalesce(sum(greatest(g.end_offset - coalesce(t.next_offset, 0), 0)), 0),
          'notArchived', coalesce(sum(greatest(coalesce(t.next_offset, 0) - a.next_offset, 0)), 0),
          'files', (SELECT count(*) FROM pipeline.archive_file AS f WHERE f.topic = p_topic))
        FROM pipeline.partition_progress AS g
        LEFT JOIN pipeline.position AS t ON t.sink = 'totals' AND t.topic = g.topic AND t.partition = g.partition
        LEFT JOIN pipeline.position AS a ON a.sink = 'archive' AND a.topic = g.topic AND a.partition = g.partition
        WHERE g.topic = p_topic
      );
    END
    $$;

    -- Restores a retired topic, unless another one has taken its place. Returns false if the topic is not retired.
    CREATE OR REPLACE FUNCTION pipeline.restore_topic(p_version integer, p_topic text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      other pipeline.stream;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM 1 FROM pipeline.stream AS s WHERE s.topic = p_topic;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'no worker has ever kept topic % in this database', p_topic USING ERRCODE = 'AU003';
      END IF;
      SELECT s.* INTO other FROM pipeline.stream AS s WHERE s.topic <> p_topic AND s.retired_at IS NULL;
      IF FOUND THEN
        RAISE EXCEPTION 'this database keeps topic % by now', other.topic USING ERRCODE = 'AU003';
      END IF;
      UPDATE pipeline.stream AS s SET retired_at = NULL WHERE s.topic = p_topic AND s.retired_at IS NOT NULL;
      RETURN FOUND;
    END
    $$;
  `,
};
