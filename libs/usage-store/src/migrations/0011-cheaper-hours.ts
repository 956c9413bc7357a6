import type { NumberedMigration } from './numbered-migration.ts';

/** Makes the commit of an hour cheaper, and changes nothing else: programs of any version go on as they are. */
export const cheaperHours: NumberedMigration = {
  name: '0011-cheaper-hours',
  sql: `
    -- As in 0004, but for the condition: of a plain comparison Postgres would guess that one row in 200 is a user's, and
    -- look up each user by the index. Of this one it guesses half.
    CREATE OR REPLACE FUNCTION pipeline.user_usage(p_types text[], p_ids text[], p_values bigint[])
    RETURNS TABLE (email text, usage bigint, quota bigint, has_metadata boolean, is_over boolean)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT m.email, t.value, m.quota, m.id IS NOT NULL, t.value > m.quota IS TRUE
      FROM unnest(p_types, p_ids, p_values) AS t (type, id, value)
      LEFT JOIN public.user_metadata AS m ON m.id = t.id
      WHERE coalesce(t.type = 'user_total_bytes', false);
    END;

    -- As in 0004, but for MERGE instead of INSERT ... ON CONFLICT, which tries each new row first and confirms it then, in
    -- the write-ahead log too. The lock keeps out whoever else could insert it. And each hour is planned for the rows that
    -- it has: from a session's sixth hour on, Postgres would take one plan for all, made for ten rows.
    CREATE OR REPLACE FUNCTION pipeline.commit_hour(
      p_version integer, p_hour_ms bigint, p_revision bigint, p_was_final boolean, p_engine text, p_input_files jsonb,
      p_events bigint, p_event_bytes numeric, p_started_at_ms bigint, p_types text[], p_ids text[], p_values bigint[]
    ) RETURNS TABLE (users_over_quota bigint, users_without_metadata bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET plan_cache_mode = 'force_custom_plan' AS $$
    DECLARE
      computed constant timestamp := pipeline.utc(p_hour_ms);
      newest bigint;
      over_quota bigint;
      without_metadata bigint;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      INSERT INTO pipeline.hour (hour) VALUES (computed) ON CONFLICT DO NOTHING;
      PERFORM 1 FROM pipeline.hour AS h WHERE h.hour = computed FOR UPDATE;
      SELECT max(b.revision) INTO newest FROM pipeline.batch_run AS b WHERE b.hour = computed;
      IF newest > p_revision THEN
        RAISE EXCEPTION 'hour % was computed from revision % already; this result is of revision %',
          computed, newest, p_revision USING ERRCODE = 'AU004';
      END IF;

      -- Only what differs is written: most of an hour that is computed again stays as it is.
      DELETE FROM public.bytes_hourly AS b
      WHERE b."timestamp" = computed
        AND NOT EXISTS (SELECT FROM unnest(p_types, p_ids) AS t (type, id) WHERE t.type = b.type AND t.id = b.id);
      MERGE INTO public.bytes_hourly AS b
      USING unnest(p_types, p_ids, p_values) AS t (type, id, value)
      ON b."timestamp" = computed AND b.type = t.type AND b.id = t.id
      WHEN MATCHED AND b.value <> t.value THEN UPDATE SET value = t.value
      WHEN NOT MATCHED THEN INSERT ("timestamp", type, id, value) VALUES (computed, t.type, t.id, t.value);

      DELETE FROM public.user_quota_limit AS l WHERE l."timestamp" = computed;
      WITH used AS MATERIALIZED (
        SELECT * FROM pipeline.user_usage(p_types, p_ids, p_values)
      ), limited AS (
        INSERT INTO public.user_quota_limit (email, usage, quota, "timestamp")
        SELECT u.email, u.usage, u.quota, computed FROM used AS u WHERE u.is_over ORDER BY u.email
        RETURNING 1
      )
      SELECT (SELECT count(*) FROM limited), count(*) FILTER (WHERE NOT u.has_metadata)
      INTO over_quota, without_metadata
      FROM used AS u;

      INSERT INTO pipeline.batch_run (
        hour, revision, was_final, engine, input_files, events, event_bytes, hourly_rows, users_over_quota,
        users_without_metadata, started_at
      ) VALUES (
        computed, p_revision, p_was_final, p_engine, p_input_files, p_events, p_event_bytes, cardinality(p_types),
        over_quota, without_metadata, pipeline.utc(p_started_at_ms) AT TIME ZONE 'UTC'
      );
      RETURN QUERY SELECT over_quota, without_metadata;
    END
    $$;
  `,
};
