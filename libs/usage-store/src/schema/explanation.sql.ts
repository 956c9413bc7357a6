import type { SchemaFamily } from './schema-family.ts';

/** Everything that is stored of one total of an hour. */
export const explanation: SchemaFamily = {
  name: 'explanation',
  sql: `
    CREATE OR REPLACE FUNCTION pipeline.run_json(p_hour timestamp) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT jsonb_build_object(
        'id', r.id, 'revision', r.revision, 'currentRevision', h.revision, 'wasFinal', r.was_final, 'engine', r.engine,
        'finishedAtMs', pipeline.epoch_ms(r.finished_at AT TIME ZONE 'UTC'),
        'paths', (SELECT coalesce(jsonb_agg(j -> 'path'), '[]') FROM jsonb_array_elements(r.input_files) AS j))
      FROM pipeline.last_run(p_hour) AS r
      JOIN pipeline.hour AS h USING (hour);
    END;

    -- What was recorded about a user, antenna or app after its hour was computed: corrections, and for users the quota
    -- events.
    CREATE OR REPLACE FUNCTION pipeline.records_of_total(p_hour timestamp, p_type text, p_id text) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT jsonb_build_object(
        'corrections', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'runId', r.run_id, 'correctedAtMs', pipeline.epoch_ms(r.corrected_at AT TIME ZONE 'UTC'),
            'oldBytes', c.old_value::text, 'newBytes', c.new_value::text,
            'causes', (SELECT coalesce(jsonb_agg(DISTINCT j -> 'kind'), '[]') FROM jsonb_array_elements(r.causes) AS j)
          ) ORDER BY r.run_id), '[]')
          FROM pipeline.hour_correction_run AS r
          JOIN pipeline.hour_correction AS c ON c.run_id = r.run_id AND c.type = p_type AND c.id = p_id
          WHERE r.hour = p_hour
        ),
        'quotaEvents', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'state', q.state, 'usage', q.usage::text, 'quota', q.quota::text,
            'seenAtMs', pipeline.epoch_ms(q.seen_at AT TIME ZONE 'UTC')
          ) ORDER BY q.number), '[]')
          FROM pipeline.quota_event AS q
          WHERE q.hour = p_hour AND q.id = p_id AND p_type = 'user_total_bytes'
        ));
    END;

    -- The rows of a total are looked up window by window, since the primary key begins with the window.
    CREATE OR REPLACE FUNCTION pipeline.explain_total(p_version integer, p_hour_ms bigint, p_type text, p_id text)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      explained constant timestamp := pipeline.utc(p_hour_ms);
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN pipeline.records_of_total(explained, p_type, p_id) || jsonb_build_object(
        'isKnown', EXISTS (SELECT FROM pipeline.hour AS h WHERE h.hour = explained)
          OR EXISTS (SELECT FROM pipeline.counted_hour AS c WHERE c.hour = explained),
        'windows', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'startMs', pipeline.epoch_ms(w.start), 'bytes', b.value::text) ORDER BY w.start), '[]')
          FROM generate_series(explained, explained + interval '55 minutes', interval '5 minutes') AS w (start)
          CROSS JOIN LATERAL (
            SELECT s.value FROM public.bytes AS s
            WHERE s."timestamp" = w.start AND s.type = p_type AND s.id = p_id
          ) AS b
        ),
        'belowFloor', (
          SELECT jsonb_object_agg(f.kind, explained < f.floor) FROM pipeline.retention_floor AS f
        ),
        'run', pipeline.run_json(explained),
        'hourBytes', (
          SELECT b.value::text FROM public.bytes_hourly AS b
          WHERE b."timestamp" = explained AND b.type = p_type AND b.id = p_id
        ),
        'waitingEvents', coalesce((
          SELECT w.awaited_events + w.late_events FROM pipeline.waiting_hour AS w WHERE w.hour = explained
        ), 0),
        'limit', (
          SELECT jsonb_build_object('quota', m.quota::text) FROM public.user_metadata AS m
          WHERE m.id = p_id AND p_type = 'user_total_bytes'
        ),
        'certificate', (
          SELECT jsonb_build_object('number', c.number, 'hash', c.hash,
            'createdAtMs', pipeline.epoch_ms(c.created_at AT TIME ZONE 'UTC'),
            'isCurrent', pipeline.is_current_result(c.hour, c.run_id))
          FROM pipeline.certificate AS c
          WHERE c.hour = explained
          ORDER BY c.number DESC
          LIMIT 1
        )
      );
    END
    $$;
  `,
};
