import type { SchemaFamily } from './schema-family.ts';

/** The functions of operators for dead letters: list them, read them, and record their replays. */
export const deadLetters: SchemaFamily = {
  name: 'dead-letters',
  sql: `
    CREATE OR REPLACE FUNCTION pipeline.replay_json(p_topic text, p_partition integer, p_offset bigint) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT jsonb_build_object(
        'by', r.attempted_by, 'atMs', pipeline.epoch_ms(r.attempted_at AT TIME ZONE 'UTC'),
        'outcome', coalesce(r.outcome, 'unknown'), 'newOffset', r.new_offset, 'detail', r.detail)
      FROM pipeline.dead_letter_replay AS r
      WHERE r.topic = p_topic AND r.partition = p_partition AND r."offset" = p_offset;
    END;

    -- Dead letters and ranges of them in the order of their offsets, without keys and payloads. A NULL parameter does
    -- not filter.
    CREATE OR REPLACE FUNCTION pipeline.list_dead_letters(
      p_version integer, p_topic text, p_reason text, p_partition integer, p_from_ms bigint, p_to_ms bigint,
      p_most integer
    ) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      seen_from constant timestamptz := pipeline.utc(p_from_ms) AT TIME ZONE 'UTC';
      seen_to constant timestamptz := pipeline.utc(p_to_ms) AT TIME ZONE 'UTC';
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'isWhole', f.is_whole, 'partition', f.partition, 'firstOffset', f.first_offset, 'lastOffset', f.last_offset,
          'records', f.records, 'reason', f.reason, 'detail', f.detail, 'payloadBytes', f.payload_bytes,
          'firstSeenMs', pipeline.epoch_ms(f.first_seen_at AT TIME ZONE 'UTC'),
          'lastSeenMs', pipeline.epoch_ms(f.last_seen_at AT TIME ZONE 'UTC'),
          'replay', CASE WHEN f.is_whole THEN pipeline.replay_json(p_topic, f.partition, f.first_offset) END
        ) ORDER BY f.partition, f.first_offset, f.reason), '[]')
        FROM (
          SELECT *
          FROM (
            SELECT true AS is_whole, d.partition, d."offset" AS first_offset, d."offset" AS last_offset,
              1::bigint AS records, d.reason, d.detail, d.payload_bytes, d.seen_at AS first_seen_at,
              d.seen_at AS last_seen_at
            FROM pipeline.dead_letter AS d
            WHERE d.topic = p_topic
            UNION ALL
            SELECT false, r.partition, r.first_offset, r.last_offset, r.records, r.reason, NULL, NULL, r.first_seen_at,
              r.last_seen_at
            FROM pipeline.dead_letter_range AS r
            WHERE r.topic = p_topic
          ) AS stored
          WHERE stored.reason = coalesce(p_reason, stored.reason)
            AND stored.partition = coalesce(p_partition, stored.partition)
            AND stored.last_seen_at >= coalesce(seen_from, '-infinity')
            AND stored.first_seen_at < coalesce(seen_to, 'infinity')
          ORDER BY stored.partition, stored.first_offset, stored.reason
          LIMIT p_most
        ) AS f
      );
    END
    $$;

    -- The dead letters from one offset to another, both included: those that are stored whole, with key and payload,
    -- the ranges that overlap, and the replays.
    CREATE OR REPLACE FUNCTION pipeline.find_dead_letters(
      p_version integer, p_topic text, p_partition integer, p_first bigint, p_last bigint
    ) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN jsonb_build_object(
        'whole', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'offset', d."offset", 'reason', d.reason, 'detail', d.detail, 'payloadBytes', d.payload_bytes,
            'timestampMs', pipeline.epoch_ms(d.record_timestamp AT TIME ZONE 'UTC'),
            'key', encode(d.key, 'base64'), 'payload', encode(d.payload, 'base64')
          ) ORDER BY d."offset"), '[]')
          FROM pipeline.dead_letter AS d
          WHERE d.topic = p_topic AND d.partition = p_partition AND d."offset" BETWEEN p_first AND p_last
        ),
        'ranges', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'reason', r.reason, 'firstOffset', r.first_offset, 'lastOffset', r.last_offset, 'records', r.records
          ) ORDER BY r.first_offset, r.reason), '[]')
          FROM pipeline.dead_letter_range AS r
          WHERE r.topic = p_topic AND r.partition = p_partition AND r.first_offset <= p_last AND r.last_offset >= p_first
        ),
        'replays', (
          SELECT coalesce(jsonb_object_agg(a."offset", pipeline.replay_json(p_topic, p_partition, a."offset")), '{}')
          FROM pipeline.dead_letter_replay AS a
          WHERE a.topic = p_topic AND a.partition = p_partition AND a."offset" BETWEEN p_first AND p_last
        )
      );
    END
    $$;

    -- Records that a dead letter is about to be sent. Returns false if the record is no dead letter, or was or may have
    -- been sent before.
    CREATE OR REPLACE FUNCTION pipeline.begin_replay(
      p_version integer, p_topic text, p_cluster_id text, p_partition integer, p_offset bigint, p_by text
    ) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      known text;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      SELECT s.cluster_id INTO known FROM pipeline.stream AS s WHERE s.topic = p_topic;
      IF known <> p_cluster_id THEN
        RAISE EXCEPTION 'topic % is kept in this database from cluster %; this is cluster %', p_topic, known, p_cluster_id
          USING ERRCODE = 'AU003';
      END IF;

      INSERT INTO pipeline.dead_letter_replay AS r (topic, partition, "offset", attempted_by)
      SELECT p_topic, p_partition, p_offset, p_by
      WHERE EXISTS (
        SELECT FROM pipeline.dead_letter AS d
        WHERE d.topic = p_topic AND d.partition = p_partition AND d."offset" = p_offset
      ) OR EXISTS (
        SELECT FROM pipeline.dead_letter_range AS g
        WHERE g.topic = p_topic AND g.partition = p_partition AND p_offset BETWEEN g.first_offset AND g.last_offset
      )
      ON CONFLICT (topic, partition, "offset") DO UPDATE SET
        attempted_by = excluded.attempted_by, attempted_at = excluded.attempted_at, outcome = NULL, detail = NULL,
        ended_at = NULL
      WHERE r.outcome = 'refused';
      RETURN FOUND;
    END
    $$;

    -- Records the outcome of a send. A repeated call, for example after a lost answer, changes nothing.
    CREATE OR REPLACE FUNCTION pipeline.end_replay(
      p_version integer, p_topic text, p_partition integer, p_offset bigint, p_outcome text, p_new_offset bigint,
      p_detail text
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      UPDATE pipeline.dead_letter_replay AS r SET
        outcome = p_outcome, new_offset = p_new_offset, detail = p_detail, ended_at = clock_timestamp()
      WHERE r.topic = p_topic AND r.partition = p_partition AND r."offset" = p_offset AND r.outcome IS NULL;
    END
    $$;

    -- Which sinks have passed a record, and whether it is a dead letter. An offset within a range may also be that of
    -- an event between the dead letters of the range.
    CREATE OR REPLACE FUNCTION pipeline.record_outcome(p_version integer, p_topic text, p_partition integer, p_offset bigint)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN jsonb_build_object(
        'passedBy', (
          SELECT coalesce(jsonb_agg(p.sink ORDER BY p.sink), '[]')
          FROM pipeline.position AS p
          WHERE p.topic = p_topic AND p.partition = p_partition AND p.next_offset > p_offset
        ),
        'reason', (
          SELECT d.reason FROM pipeline.dead_letter AS d
          WHERE d.topic = p_topic AND d.partition = p_partition AND d."offset" = p_offset
        ),
        'isInRange', EXISTS (
          SELECT FROM pipeline.dead_letter_range AS g
          WHERE g.topic = p_topic AND g.partition = p_partition AND p_offset BETWEEN g.first_offset AND g.last_offset
        )
      );
    END
    $$;

    -- The number of dead letters of the topic by reason, without payloads: workers may read it.
    CREATE OR REPLACE FUNCTION pipeline.refused_records(p_topic text) RETURNS TABLE (reason text, records bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RETURN QUERY
        SELECT c.reason, c.records FROM pipeline.dead_letter_count AS c WHERE c.topic = p_topic
        ORDER BY c.records DESC, c.reason;
    END
    $$;
  `,
};
