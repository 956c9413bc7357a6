import type { SchemaFamily } from './schema-family.ts';

/**
 * The record of corrections: what later runs changed in the result of an hour that had been final
 * (docs/commit-protocol.md, "Corrections"). commit_hour calls the functions that write.
 */
export const corrections: SchemaFamily = {
  name: 'corrections',
  sql: `
    -- The one change that passes is that of an erasure, which takes a person's id out of corrections.
    CREATE OR REPLACE FUNCTION pipeline.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF TG_TABLE_NAME = 'hour_correction' AND TG_OP = 'UPDATE' AND current_setting('pipeline.erasure', true) = 'on' THEN
        RETURN NULL;
      END IF;
      RAISE EXCEPTION 'rows of %.% are never changed or deleted', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'AU007';
    END
    $$;
    CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pipeline.hour_correction_run
      FOR EACH STATEMENT EXECUTE FUNCTION pipeline.refuse_change();
    CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pipeline.hour_correction
      FOR EACH STATEMENT EXECUTE FUNCTION pipeline.refuse_change();

    -- Records the rows of bytes_hourly that a run will change. Called before it changes them.
    CREATE OR REPLACE FUNCTION pipeline.record_hourly_corrections(
      p_run_id bigint, p_hour timestamp, p_types text[], p_ids text[], p_values bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      INSERT INTO pipeline.hour_correction (run_id, type, id, old_value, new_value)
      SELECT p_run_id, c.type, c.id, c.old_value, c.new_value
      FROM pipeline.hour_changes(p_hour, p_types, p_ids, p_values) AS c;
    END
    $$;

    -- Records the difference between the rows of user_quota_limit that a run removed and those that it wrote. The table
    -- has no key: users may share an e-mail. Both sides are multisets, and rows of one e-mail are paired by usage.
    CREATE OR REPLACE FUNCTION pipeline.record_quota_corrections(
      p_run_id bigint, p_hour timestamp, p_removed public.user_quota_limit[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      INSERT INTO pipeline.hour_correction (run_id, type, id, number, old_value, new_value, old_quota, new_quota)
      WITH removed AS MATERIALIZED (
        SELECT r.email, r.usage, r.quota FROM unnest(p_removed) AS r
      ), written AS MATERIALIZED (
        SELECT l.email, l.usage, l.quota FROM public.user_quota_limit AS l WHERE l."timestamp" = p_hour
      ), gone AS (
        SELECT d.*, row_number() OVER (PARTITION BY d.email ORDER BY d.usage, d.quota) AS number
        FROM (TABLE removed EXCEPT ALL TABLE written) AS d
      ), added AS (
        SELECT d.*, row_number() OVER (PARTITION BY d.email ORDER BY d.usage, d.quota) AS number
        FROM (TABLE written EXCEPT ALL TABLE removed) AS d
      )
      SELECT p_run_id, 'user_quota_limit', coalesce(g.email, a.email), coalesce(g.number, a.number),
        g.usage, a.usage, g.quota, a.quota
      FROM gone AS g
      FULL JOIN added AS a ON coalesce(g.email, '') = coalesce(a.email, '') AND (g.email IS NULL) = (a.email IS NULL)
        AND g.number = a.number;
    END
    $$;

    -- The input files of a run that another run lacks, as the manifest lists them. A file of a foreign archive has no
    -- row in the manifest.
    CREATE OR REPLACE FUNCTION pipeline.files_beyond(p_run_id bigint, p_other_id bigint)
    RETURNS TABLE (
      path text, topic text, partition integer, generation integer, start_offset bigint, end_offset bigint,
      row_count bigint, decoder_version integer
    )
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT i.path, f.topic, f.partition, f.generation, f.start_offset, f.end_offset, f.row_count, f.decoder_version
      FROM (
        SELECT own.path FROM pipeline.input_paths(p_run_id) AS own (path)
        EXCEPT
        SELECT other.path FROM pipeline.input_paths(p_other_id) AS other (path)
      ) AS i
      LEFT JOIN pipeline.archive_file AS f ON f.path = i.path;
    END;

    -- The causes that new input files name, in the order of a cause's kind.
    CREATE OR REPLACE FUNCTION pipeline.causes_of_files(p_run_id bigint, p_former_id bigint)
    RETURNS TABLE (place integer, cause jsonb)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RETURN QUERY
      WITH late AS MATERIALIZED (
        SELECT * FROM pipeline.files_beyond(p_run_id, p_former_id)
      ), replay AS (
        SELECT r.topic, r.partition, pipeline.log_generation(r.topic, r.partition) AS generation, r.new_offset
        FROM pipeline.dead_letter_replay AS r
        WHERE r.new_offset IS NOT NULL
        UNION ALL
        SELECT r.topic, r.partition, r.generation, r.new_offset
        FROM pipeline.gone_dead_letter_replay AS r
        WHERE r.new_offset IS NOT NULL
      ), replayed AS (
        SELECT l.path, count(*) AS records
        FROM late AS l
        JOIN replay AS r ON r.topic = l.topic AND r.partition = l.partition AND r.generation = l.generation
          AND r.new_offset >= l.start_offset AND r.new_offset < l.end_offset
        GROUP BY l.path
      ), former_decoder AS (
        SELECT DISTINCT f.decoder_version FROM pipeline.input_files(p_former_id) AS f
      )
      SELECT 1, jsonb_build_object('kind', 'late_events', 'events', sum(l.row_count), 'files', jsonb_agg(
        jsonb_build_object('path', l.path, 'topic', l.topic, 'partition', l.partition, 'generation', l.generation,
          'startOffset', l.start_offset, 'endOffset', l.end_offset, 'rows', l.row_count) ORDER BY l.path))
      FROM late AS l WHERE l.topic IS NOT NULL
      HAVING count(*) > 0
      UNION ALL
      SELECT 2, jsonb_build_object('kind', 'replayed_dead_letters', 'records', sum(r.records),
        'files', jsonb_agg(jsonb_build_object('path', r.path, 'records', r.records) ORDER BY r.path))
      FROM replayed AS r
      HAVING count(*) > 0
      UNION ALL
      SELECT 3, jsonb_build_object('kind', 'acknowledged_gap', 'gaps', jsonb_agg(jsonb_build_object(
        'topic', g.topic, 'partition', g.partition, 'fromOffset', g.from_offset, 'toOffset', g.to_offset) ORDER BY g.id))
      FROM pipeline.acknowledged_gap AS g
      WHERE g.sink = 'archive' AND EXISTS (
        SELECT FROM late AS l
        WHERE l.topic = g.topic AND l.partition = g.partition
          AND l.start_offset < g.to_offset AND l.end_offset > g.from_offset
      )
      HAVING count(*) > 0
      UNION ALL
      SELECT 4, jsonb_build_object('kind', 'acknowledged_truncation', 'truncations', jsonb_agg(jsonb_build_object(
        'topic', t.topic, 'partition', t.partition, 'generation', t.generation, 'fromOffset', t.from_offset
      ) ORDER BY t.topic, t.partition, t.generation))
      FROM pipeline.acknowledged_truncation AS t
      WHERE EXISTS (
        SELECT FROM late AS l
        WHERE l.topic = t.topic AND l.partition = t.partition AND l.generation = t.generation
          AND l.start_offset < t.archive_end
      )
      HAVING count(*) > 0
      UNION ALL
      SELECT 5, jsonb_build_object('kind', 'another_decoder', 'versions', jsonb_agg(DISTINCT l.decoder_version),
        'formerVersions', (SELECT jsonb_agg(d.decoder_version ORDER BY d.decoder_version) FROM former_decoder AS d))
      FROM late AS l
      WHERE l.decoder_version NOT IN (SELECT d.decoder_version FROM former_decoder AS d)
        AND EXISTS (SELECT FROM former_decoder)
      HAVING count(*) > 0
      UNION ALL
      SELECT 6, jsonb_build_object('kind', 'foreign_files', 'added', count(*) FILTER (WHERE f.is_added),
        'removed', count(*) FILTER (WHERE NOT f.is_added))
      FROM (
        SELECT true AS is_added FROM late AS l WHERE l.topic IS NULL
        UNION ALL
        SELECT false FROM pipeline.files_beyond(p_former_id, p_run_id)
      ) AS f
      HAVING count(*) > 0;
    END
    $$;

    -- Users whose row of user_quota_limit changed although the change of their usage does not explain it: with the
    -- known quota, the row would have stayed. Quota or e-mail in user_metadata changed. Statistics promise no row of a run
    -- that is being recorded, so that a nested loop would compare each changed row of a limit with each changed total.
    CREATE OR REPLACE FUNCTION pipeline.users_of_changed_quota(p_run_id bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
    BEGIN
      RETURN (
        SELECT count(*)
        FROM (
          SELECT bool_or(coalesce(CASE
            WHEN c.new_value IS NULL THEN coalesce(u.new_value, 0) <= c.old_quota
            WHEN c.old_value IS NULL THEN coalesce(u.old_value, 0) <= c.new_quota
            ELSE c.old_quota = c.new_quota
          END AND u.run_id IS NOT NULL, false)) AS is_by_usage
          FROM pipeline.hour_correction AS c
          LEFT JOIN public.user_metadata AS m ON coalesce(m.email, '') = coalesce(c.id, '')
          LEFT JOIN pipeline.hour_correction AS u
            ON u.run_id = p_run_id AND u.type = 'user_total_bytes' AND u.id = m.id
          WHERE c.run_id = p_run_id AND c.type = 'user_quota_limit'
          GROUP BY c.id, c.number
        ) AS row_changes
        WHERE NOT row_changes.is_by_usage
      );
    END
    $$;

    -- Whether something other than a run changed rows of bytes_hourly between two runs: their differences do not add up
    -- to the difference of the events' bytes, or there are differences although both runs read the same files.
    CREATE OR REPLACE FUNCTION pipeline.were_rows_altered(p_run_id bigint, p_former_id bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      added constant numeric := (SELECT r.event_bytes FROM pipeline.batch_run AS r WHERE r.id = p_run_id)
        - (SELECT r.event_bytes FROM pipeline.batch_run AS r WHERE r.id = p_former_id);
    BEGIN
      RETURN EXISTS (
        SELECT FROM unnest(ARRAY['antenna_total_bytes', 'app_total_bytes', 'user_total_bytes']) AS t (type)
        LEFT JOIN pipeline.hour_correction AS c ON c.run_id = p_run_id AND c.type = t.type
        GROUP BY t.type
        HAVING coalesce(sum(coalesce(c.new_value, 0)::numeric - coalesce(c.old_value, 0)), 0) <> added
          OR (count(c.type) > 0 AND NOT EXISTS (SELECT FROM pipeline.files_beyond(p_run_id, p_former_id))
            AND NOT EXISTS (SELECT FROM pipeline.files_beyond(p_former_id, p_run_id)))
      );
    END
    $$;

    -- Records the run as one that corrected the result of the former run, if any row differs.
    -- Returns the number of rows.
    CREATE OR REPLACE FUNCTION pipeline.record_correction_run(p_run_id bigint, p_former_id bigint) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      hourly bigint;
      quota bigint;
      changed_quotas bigint;
    BEGIN
      SELECT count(*) FILTER (WHERE c.type <> 'user_quota_limit'), count(*) FILTER (WHERE c.type = 'user_quota_limit')
      INTO hourly, quota
      FROM pipeline.hour_correction AS c WHERE c.run_id = p_run_id;
      IF hourly + quota > 0 THEN
        changed_quotas := pipeline.users_of_changed_quota(p_run_id);
        INSERT INTO pipeline.hour_correction_run
          (run_id, hour, former_run_id, old_revision, new_revision, was_final, causes, hourly_rows, quota_rows)
        SELECT r.id, r.hour, f.id, f.revision, r.revision, r.was_final, (
          SELECT coalesce(jsonb_agg(c.cause ORDER BY c.place), '[]')
          FROM (
            SELECT * FROM pipeline.causes_of_files(p_run_id, p_former_id)
            UNION ALL
            SELECT 7, jsonb_build_object('kind', 'changed_quota', 'users', changed_quotas) WHERE changed_quotas > 0
            UNION ALL
            SELECT 8, jsonb_build_object('kind', CASE WHEN pipeline.is_erased_since(r.hour, p_former_id)
              THEN 'erasure' ELSE 'altered_rows' END)
            WHERE pipeline.were_rows_altered(p_run_id, p_former_id)
          ) AS c
        ), hourly, quota
        FROM pipeline.batch_run AS r CROSS JOIN pipeline.batch_run AS f
        WHERE r.id = p_run_id AND f.id = p_former_id;
      END IF;
      RETURN hourly + quota;
    END
    $$;

    -- The runs that corrected hours of [p_from_ms, p_to_ms), in the order of hour and run.
    CREATE OR REPLACE FUNCTION pipeline.correction_runs(p_version integer, p_from_ms bigint, p_to_ms bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'runId', c.run_id, 'hourMs', pipeline.epoch_ms(c.hour), 'formerRunId', c.former_run_id,
          'oldRevision', c.old_revision, 'newRevision', c.new_revision, 'wasFinal', c.was_final, 'causes', c.causes,
          'hourlyRows', c.hourly_rows, 'quotaRows', c.quota_rows,
          'correctedAtMs', pipeline.epoch_ms(c.corrected_at AT TIME ZONE 'UTC')
        ) ORDER BY c.hour, c.run_id), '[]')
        FROM pipeline.hour_correction_run AS c
        WHERE c.hour >= pipeline.utc(p_from_ms) AND c.hour < pipeline.utc(p_to_ms)
      );
    END
    $$;

    -- A page of the rows that a run corrected, in the order of type and id. The rows of a run never change.
    CREATE OR REPLACE FUNCTION pipeline.corrected_rows(p_version integer, p_run_id bigint, p_skip bigint, p_most integer)
    RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'type', c.type, 'id', c.id, 'oldValue', c.old_value::text, 'newValue', c.new_value::text,
          'oldQuota', c.old_quota::text, 'newQuota', c.new_quota::text
        ) ORDER BY c.type, c.id, c.number), '[]')
        FROM (
          SELECT * FROM pipeline.hour_correction AS h
          WHERE h.run_id = p_run_id
          ORDER BY h.type, h.id, h.number
          LIMIT p_most OFFSET p_skip
        ) AS c
      );
    END
    $$;

    -- One row per run that corrected an hour, with the bytes of the users that it changed.
    CREATE VIEW pipeline.correction_summary AS
    SELECT r.hour, r.corrected_at, r.run_id, r.was_final, r.old_revision, r.new_revision,
      (SELECT string_agg(c.cause ->> 'kind', ', ' ORDER BY c.place)
       FROM jsonb_array_elements(r.causes) WITH ORDINALITY AS c (cause, place)) AS causes,
      r.hourly_rows, r.quota_rows, u.users, u.old_bytes, u.new_bytes, u.new_bytes - u.old_bytes AS difference
    FROM pipeline.hour_correction_run AS r
    CROSS JOIN LATERAL (
      SELECT count(*) AS users, coalesce(sum(c.old_value), 0) AS old_bytes, coalesce(sum(c.new_value), 0) AS new_bytes
      FROM pipeline.hour_correction AS c
      WHERE c.run_id = r.run_id AND c.type = 'user_total_bytes'
    ) AS u;

    -- One row per corrected row.
    CREATE VIEW pipeline.hour_correction_report AS
    SELECT r.hour, r.corrected_at, r.run_id, c.type, c.id,
      CASE WHEN c.type = 'user_total_bytes' THEN coalesce(l.label, c.id) ELSE c.id END AS label,
      c.old_value, c.new_value, coalesce(c.new_value, 0)::numeric - coalesce(c.old_value, 0) AS difference,
      c.old_quota, c.new_quota, r.was_final,
      (SELECT string_agg(n.cause ->> 'kind', ', ' ORDER BY n.place)
       FROM jsonb_array_elements(r.causes) WITH ORDINALITY AS n (cause, place)) AS causes
    FROM pipeline.hour_correction_run AS r
    JOIN pipeline.hour_correction AS c USING (run_id)
    LEFT JOIN pipeline.user_label AS l ON c.type = 'user_total_bytes' AND l.id = c.id;
  `,
};
