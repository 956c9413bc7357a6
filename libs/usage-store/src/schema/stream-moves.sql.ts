import type { SchemaFamily } from './schema-family.ts';

/** Moving the stream to another topic, at a cut that every sink has reached. */
export const streamMoves: SchemaFamily = {
  name: 'stream-moves',
  sql: `
    -- The last move away from a topic, with its cut; NULL if the topic is in use, or was never moved.
    CREATE OR REPLACE FUNCTION pipeline.stream_move_from(p_version integer, p_topic text, p_cluster_id text)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT jsonb_build_object(
          'toTopic', m.to_topic, 'toGroupId', m.to_group_id, 'toClusterId', m.to_cluster_id,
          'movedBy', m.moved_by, 'movedAtMs', (extract(epoch FROM m.moved_at) * 1000)::bigint, 'ends', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('partition', e.partition, 'endOffset', e.end_offset)
              ORDER BY e.partition), '[]')
            FROM pipeline.stream_move_end AS e WHERE e.move = m.number))
        FROM pipeline.stream_move AS m
        JOIN pipeline.stream AS s ON s.topic = m.from_topic AND s.retired_at IS NOT NULL
        WHERE m.from_topic = p_topic AND m.from_cluster_id = p_cluster_id
        ORDER BY m.number DESC
        LIMIT 1
      );
    END
    $$;

    -- Moves the stream of this database from a topic that is read to its end to another topic. p_partitions and p_ends:
    -- every partition of the topic with the end of its log. Refused unless every sink is at these ends and no chunk is
    -- being written. From then on the workers of the former topic are refused, and those of the new one are admitted.
    CREATE OR REPLACE FUNCTION pipeline.move_stream(
      p_version integer, p_topic text, p_group_id text, p_cluster_id text, p_archive_url text,
      p_partitions integer[], p_ends bigint[], p_to_topic text, p_to_group_id text, p_to_cluster_id text, p_by text
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      behind record;
      known pipeline.stream;
      moved bigint;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      IF p_to_topic = p_topic THEN
        RAISE EXCEPTION 'topic % is the present one: its offsets would have two meanings; give the next topic another name, in another cluster, too',
          p_topic USING ERRCODE = 'AU003';
      END IF;
      -- Waits for the claims in progress; later ones wait for the end of this transaction.
      PERFORM 1 FROM pipeline.stream AS s WHERE s.topic = p_topic FOR UPDATE;
      PERFORM pipeline.require_stream(p_topic, p_group_id, p_cluster_id, p_archive_url);
      PERFORM 1 FROM pipeline.position AS p WHERE p.topic = p_topic ORDER BY p.sink, p.partition FOR UPDATE;

      -- A partition that a sink has not claimed is at 0, also where workers never had the archive sink; one that the topic lacks was deleted with its records.
      WITH own AS (SELECT q.sink, q.partition, q.next_offset FROM pipeline.position AS q WHERE q.topic = p_topic)
      SELECT sink, partition, coalesce(o.next_offset, 0) AS next_offset, n.end_offset INTO behind
      FROM unnest(p_partitions, p_ends) AS n (partition, end_offset)
      FULL JOIN (SELECT DISTINCT partition FROM own) AS c USING (partition)
      CROSS JOIN (VALUES ('totals'), ('archive')) AS k (sink)
      LEFT JOIN own AS o USING (sink, partition)
      WHERE coalesce(o.next_offset, 0) IS DISTINCT FROM n.end_offset
      ORDER BY partition, sink LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'sink % of partition % of topic % is at offset %, and the log ends at %', behind.sink,
          behind.partition, p_topic, behind.next_offset, coalesce(behind.end_offset::text, 'no offset: the topic lacks the partition')
          USING ERRCODE = 'AU010';
      END IF;
      SELECT w.* INTO behind FROM (
        SELECT i.partition, i.start_offset, i.end_offset FROM pipeline.archive_intent AS i WHERE i.topic = p_topic
        UNION ALL
        SELECT a.partition, a.start_offset, a.readable_end FROM pipeline.abandoned_path AS a
        WHERE a.topic = p_topic AND a.readable_end > a.start_offset
      ) AS w LIMIT 1;
      IF FOUND THEN
        RAISE EXCEPTION 'a chunk of topic % is being written: partition %, offsets % to %',
          p_topic, behind.partition, behind.start_offset, behind.end_offset USING ERRCODE = 'AU010';
      END IF;

      SELECT s.* INTO known FROM pipeline.stream AS s WHERE s.topic = p_to_topic;
      IF FOUND AND known.cluster_id <> p_to_cluster_id THEN
        RAISE EXCEPTION 'this database has read topic % of cluster % before: its offsets would have two meanings; give the topic of cluster % another name',
          p_to_topic, known.cluster_id, p_to_cluster_id USING ERRCODE = 'AU003';
      END IF;
      UPDATE pipeline.stream AS s SET retired_at = clock_timestamp() WHERE s.topic = p_topic;
      UPDATE pipeline.position AS p SET epoch = p.epoch + 1, owner = NULL WHERE p.topic = p_topic;
      DELETE FROM pipeline.partition_fault AS f WHERE f.topic = p_topic;
      INSERT INTO pipeline.stream (topic, group_id, cluster_id, archive_url, allowed_lateness)
      SELECT p_to_topic, p_to_group_id, p_to_cluster_id, s.archive_url, s.allowed_lateness
      FROM pipeline.stream AS s WHERE s.topic = p_topic
      ON CONFLICT (topic) DO UPDATE SET group_id = excluded.group_id, retired_at = NULL;
      INSERT INTO pipeline.stream_move
        (from_topic, from_group_id, from_cluster_id, to_topic, to_group_id, to_cluster_id, moved_by)
      VALUES (p_topic, p_group_id, p_cluster_id, p_to_topic, p_to_group_id, p_to_cluster_id, p_by)
      RETURNING number INTO moved;
      INSERT INTO pipeline.stream_move_end (move, partition, end_offset)
      SELECT moved, n.partition, n.end_offset FROM unnest(p_partitions, p_ends) AS n (partition, end_offset);
    END
    $$;
  `,
};
