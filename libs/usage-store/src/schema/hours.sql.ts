import type { SchemaFamily } from './schema-family.ts';

/** The functions of the batch layer. A STABLE function reads one snapshot, that of the calling statement. */
export const hours: SchemaFamily = {
  name: 'hours',
  sql: `
    -- The run whose result the tables hold for an hour. The views do not call it, since a reader of a view needs the
    -- right to each function in it.
    CREATE OR REPLACE FUNCTION pipeline.last_run(p_hour timestamp) RETURNS SETOF pipeline.batch_run
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT b.* FROM pipeline.batch_run AS b WHERE b.hour = p_hour ORDER BY b.revision DESC, b.id DESC LIMIT 1;
    END;

    CREATE OR REPLACE FUNCTION pipeline.input_paths(p_run_id bigint) RETURNS SETOF text
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT n.file ->> 'path'
      FROM pipeline.batch_run AS r
      CROSS JOIN jsonb_array_elements(r.input_files) AS n (file)
      WHERE r.id = p_run_id;
    END;

    -- The input files of a run, as the manifest lists them. The manifest of a foreign archive lists none. Each is looked up
    -- in a LATERAL of its own, since the planner would read a manifest of some months in full.
    CREATE OR REPLACE FUNCTION pipeline.input_files(p_run_id bigint) RETURNS SETOF pipeline.archive_file
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT f.*
      FROM pipeline.input_paths(p_run_id) AS i (path)
      CROSS JOIN LATERAL (SELECT a.* FROM pipeline.archive_file AS a WHERE a.path = i.path OFFSET 0) AS f;
    END;

    CREATE OR REPLACE FUNCTION pipeline.read_manifest(p_version integer, p_archive_url text, p_hour_ms bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      wanted constant timestamp := pipeline.utc(p_hour_ms);
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM pipeline.require_archive(p_archive_url);
      RETURN pipeline.hour_facts(wanted) || jsonb_build_object(
        'readAtMs', pipeline.epoch_ms(clock_timestamp() AT TIME ZONE 'UTC'),
        'revision', coalesce((SELECT h.revision FROM pipeline.hour AS h WHERE h.hour = wanted), 0),
        'isKnown', EXISTS (SELECT FROM pipeline.hour AS h WHERE h.hour = wanted),
        'isBelowFloor', wanted < (SELECT f.floor FROM pipeline.retention_floor AS f WHERE f.kind = 'hours'),
        'isForeign', NOT EXISTS (SELECT FROM pipeline.archive_file)
          AND NOT EXISTS (SELECT FROM pipeline.archive_intent) AND NOT EXISTS (SELECT FROM pipeline.abandoned_path),
        'partitions', pipeline.partition_facts(),
        'intendedPaths', (
          SELECT coalesce(jsonb_agg(i.path ORDER BY i.path), '[]')
          FROM (
            SELECT unnest(paths) AS path FROM pipeline.archive_intent
            UNION ALL
            SELECT path FROM pipeline.abandoned_path
          ) AS i
        ),
        'files', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'path', f.path, 'topic', f.topic, 'partition', f.partition, 'startOffset', f.start_offset,
            'endOffset', f.end_offset, 'generation', f.generation, 'rows', f.row_count, 'eventBytes', f.event_bytes::text,
            'sizeBytes', f.size_bytes, 'checksum', f.checksum, 'erasedEvents', f.erased_events,
            'isBeingErased', EXISTS (SELECT FROM pipeline.archive_replacement AS r WHERE r.path = f.path)
          ) ORDER BY f.path), '[]')
          FROM pipeline.archive_file AS f
          WHERE f.hour = wanted
        )
      );
    END
    $$;

    -- The hours that need attention (not final at their last run, changed since, with waiting events, or with a
    -- difference that the last reconciliation could not explain) and the newest p_newest hours. An hour below the floor of
    -- hours is not computed again, and needs no attention for having changed.
    CREATE OR REPLACE FUNCTION pipeline.unsettled_hours(p_newest integer) RETURNS SETOF timestamp
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
    BEGIN ATOMIC
      SELECT h.hour FROM pipeline.hour AS h
      WHERE (h.revision > h.computed_revision OR NOT h.computed_final)
        AND h.hour >= (SELECT f.floor FROM pipeline.retention_floor AS f WHERE f.kind = 'hours')
      UNION
      SELECT w.hour FROM pipeline.hours_with_waiting_events() AS w (hour)
      UNION
      SELECT r.hour FROM pipeline.reconciled_hour AS r WHERE r.unexplained_bytes > 0 OR r.file_problems > 0
      UNION
      (SELECT h.hour FROM pipeline.hour AS h ORDER BY h.hour DESC LIMIT p_newest);
    END;

    -- The hours of [p_from, p_to) that were archived or computed, or have waiting events.
    CREATE OR REPLACE FUNCTION pipeline.hours_of_range(p_from timestamp, p_to timestamp) RETURNS SETOF timestamp
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT h.hour FROM pipeline.hour AS h WHERE h.hour >= p_from AND h.hour < p_to
      UNION
      SELECT w.hour FROM pipeline.hours_with_waiting_events() AS w (hour) WHERE w.hour >= p_from AND w.hour < p_to;
    END;

    -- The state of each of the hours. Each is looked up in a LATERAL of its own, by the indexes on the hour.
    CREATE OR REPLACE FUNCTION pipeline.hours_json(p_hours timestamp[]) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'hourMs', pipeline.epoch_ms(k.hour), 'revision', coalesce(h.revision, 0), 'files', a.files, 'events', a.events,
        'isBelowFloor', k.hour < o.floor,
        'awaitedEvents', w.awaited_events, 'lateEvents', w.late_events, 'lackingRecords', l.records,
        'unexplainedBytes', coalesce(c.unexplained_bytes, 0)::text, 'fileProblems', coalesce(c.file_problems, 0),
        'lastRun', CASE WHEN r.id IS NOT NULL THEN jsonb_build_object(
          'revision', r.revision, 'wasFinal', r.was_final, 'events', r.events,
          'finishedAtMs', pipeline.epoch_ms(r.finished_at AT TIME ZONE 'UTC')) END
      ) ORDER BY k.hour), '[]')
      FROM unnest(p_hours) AS k (hour)
      JOIN pipeline.retention_floor AS o ON o.kind = 'hours'
      LEFT JOIN pipeline.hour AS h ON h.hour = k.hour
      LEFT JOIN pipeline.reconciled_hour AS c ON c.hour = k.hour
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(n.awaited_events), 0) AS awaited_events, coalesce(sum(n.late_events), 0) AS late_events
        FROM pipeline.waiting_hour AS n
        WHERE n.hour = k.hour
      ) AS w
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(n.records), 0) AS records FROM pipeline.lacking_hour AS n WHERE n.hour = k.hour
      ) AS l
      CROSS JOIN LATERAL (
        SELECT count(*) AS files, coalesce(sum(f.row_count), 0) AS events
        FROM pipeline.archive_file AS f
        WHERE f.hour = k.hour
      ) AS a
      LEFT JOIN LATERAL pipeline.last_run(k.hour) AS r ON true;
    END;

    -- The hours of [p_from_ms, p_to_ms), or, if p_newest is given, those that need attention and the newest p_newest.
    CREATE OR REPLACE FUNCTION pipeline.hour_statuses(
      p_version integer, p_from_ms bigint, p_to_ms bigint, p_newest integer DEFAULT NULL
    ) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN jsonb_build_object(
        'nowMs', pipeline.epoch_ms(clock_timestamp() AT TIME ZONE 'UTC'),
        'partitions', pipeline.partition_facts(),
        'floors', jsonb_build_object('windowsMs', pipeline.floor_ms('windows'), 'hoursMs', pipeline.floor_ms('hours')),
        'hours', pipeline.hours_json(CASE
          WHEN p_newest IS NULL
            THEN array(SELECT pipeline.hours_of_range(pipeline.utc(p_from_ms), pipeline.utc(p_to_ms)))
          ELSE array(SELECT pipeline.unsettled_hours(p_newest))
        END)
      );
    END
    $$;

    -- What compaction asks of every hour in the archive. The files are read in one pass, and the few hours with waiting
    -- events are looked up; hours_json would look up each hour by itself. sourcesDigest: as digestOfSources in hourly-batch.
    -- revision and events are for programs of before that digest.
    CREATE OR REPLACE FUNCTION pipeline.archived_hours(p_version integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN jsonb_build_object(
        'nowMs', pipeline.epoch_ms(clock_timestamp() AT TIME ZONE 'UTC'),
        'partitions', pipeline.partition_facts(),
        'hours', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'hourMs', pipeline.epoch_ms(a.hour), 'revision', h.revision, 'events', a.events, 'topics', a.topics,
            'awaitedEvents', coalesce(w.awaited_events, 0)
          ) ORDER BY a.hour), '[]')
          FROM (
            SELECT t.hour, sum(t.events) AS events,
              jsonb_agg(jsonb_build_object('topic', t.topic, 'sourcesDigest', t.sources_digest)) AS topics
            FROM (
              SELECT f.hour, f.topic, sum(f.row_count) AS events,
                encode(sha256(convert_to(string_agg(f.path || ' ' || f.checksum, ',' ORDER BY f.path), 'UTF8')), 'hex')
                  AS sources_digest
              FROM pipeline.archive_file AS f
              GROUP BY f.hour, f.topic
            ) AS t
            GROUP BY t.hour
          ) AS a
          JOIN pipeline.hour AS h ON h.hour = a.hour
          LEFT JOIN (
            SELECT o.hour, n.awaited_events
            FROM pipeline.hours_with_waiting_events() AS o (hour)
            CROSS JOIN LATERAL (
              SELECT sum(p.awaited_events) AS awaited_events FROM pipeline.waiting_hour AS p WHERE p.hour = o.hour
            ) AS n
          ) AS w ON w.hour = a.hour
        )
      );
    END
    $$;

    -- The users in the totals of an hour, with their metadata. A user without a quota has no limit, and only a user over
    -- quota has the e-mail here. The empty id has the bytes of erased persons, and is no user. The function has no SET
    -- clause, so that Postgres can inline it into the calling query. For a plain comparison the planner would estimate one
    -- user in 200 rows, and look up each user by the index; for coalesce() it estimates half of the rows.
    CREATE OR REPLACE FUNCTION pipeline.user_totals(p_types text[], p_ids text[], p_values bigint[])
    RETURNS TABLE (id text, email text, usage bigint, quota bigint, has_metadata boolean, is_over boolean)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT t.id,
        CASE WHEN t.value > m.quota THEN (SELECT e.email FROM public.user_metadata AS e WHERE e.id = t.id) END,
        t.value, m.quota, m.id IS NOT NULL, t.value > m.quota IS TRUE
      FROM (SELECT unnest(p_types) AS type, unnest(p_ids) AS id, unnest(p_values) AS value) AS t
      LEFT JOIN public.user_metadata AS m ON m.id = t.id
      WHERE coalesce(t.type = 'user_total_bytes', false) AND t.id <> '';
    END;

    -- What a commit asks of the users of an hour, all in one snapshot: how many have no metadata, who is over quota, and,
    -- if the hour is judged, the users over quota and those of p_reported. Few users are looked up in the index of quotas,
    -- many are merged with it in its order; a hash join would read all rows of user_metadata in both cases.
    CREATE OR REPLACE FUNCTION pipeline.compare_with_quotas(
      p_types text[], p_ids text[], p_values bigint[], p_is_judged boolean, p_reported text[],
      OUT without_metadata bigint, OUT emails text[], OUT usages bigint[], OUT quotas bigint[],
      OUT judged_ids text[], OUT judged_usages bigint[], OUT judged_quotas bigint[]
    )
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET random_page_cost = 1.1 SET work_mem = '128MB' AS $$
    BEGIN
      SELECT count(*) FILTER (WHERE NOT u.has_metadata),
        array_agg(u.email) FILTER (WHERE u.is_over), array_agg(u.usage) FILTER (WHERE u.is_over),
        array_agg(u.quota) FILTER (WHERE u.is_over),
        array_agg(u.id) FILTER (WHERE j.is_judged), array_agg(u.usage) FILTER (WHERE j.is_judged),
        array_agg(u.quota) FILTER (WHERE j.is_judged)
      INTO without_metadata, emails, usages, quotas, judged_ids, judged_usages, judged_quotas
      FROM pipeline.user_totals(p_types, p_ids, p_values) AS u
      CROSS JOIN LATERAL (SELECT p_is_judged AND (u.is_over OR u.id = ANY (p_reported))) AS j (is_judged);
    END
    $$;

    -- The rows of bytes_hourly that a commit of these totals will change, before it changes them: a NULL value means no
    -- row. The function has no SET clause, so that Postgres can inline it into the calling query.
    CREATE OR REPLACE FUNCTION pipeline.hour_changes(p_hour timestamp, p_types text[], p_ids text[], p_values bigint[])
    RETURNS TABLE (type text, id text, old_value bigint, new_value bigint)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT type, id, b.value, t.value
      FROM (SELECT * FROM public.bytes_hourly WHERE "timestamp" = p_hour) AS b
      FULL JOIN unnest(p_types, p_ids, p_values) AS t (type, id, value) USING (type, id)
      WHERE b.value IS DISTINCT FROM t.value;
    END;

    -- Replaces the result of an hour. The lock on the hour's row serializes concurrent runs. One call may have a
    -- million users, so work_mem keeps its joins out of temporary files. The rows of an hour without rows are inserted,
    -- those of others merged. INSERT ... ON CONFLICT would insert each new row speculatively and then confirm it, also in
    -- the write-ahead log; the lock excludes concurrent inserts. A custom plan fits the number of rows of each hour: from
    -- the sixth call of a session on, Postgres could use a generic plan, which assumes ten rows.
    CREATE OR REPLACE FUNCTION pipeline.commit_hour(
      p_version integer, p_hour_ms bigint, p_revision bigint, p_was_final boolean, p_engine text, p_input_files jsonb,
      p_events bigint, p_event_bytes numeric, p_started_at_ms bigint, p_types text[], p_ids text[], p_values bigint[],
      p_program text DEFAULT NULL
    ) RETURNS TABLE (
      users_over_quota bigint, users_without_metadata bigint, corrected_rows bigint, certificate_number bigint,
      certificate_hash text
    )
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET plan_cache_mode = 'force_custom_plan' AS $$
    DECLARE
      computed constant timestamp := pipeline.utc(p_hour_ms);
      run_id constant bigint := nextval('pipeline.batch_run_id_seq');
      -- The run whose result the tables hold, and whether any run before this one was final.
      former pipeline.batch_run;
      was_ever_final boolean;
      removed public.user_quota_limit[];
      over_quota bigint;
      -- A final result judges the users over quota and those of whom the hour has reports.
      reported text[];
      compared record;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      -- The lock comes before the reading of the floor (docs/commit-protocol.md, "Retention").
      LOCK TABLE ONLY public.bytes_hourly IN ROW EXCLUSIVE MODE;
      PERFORM pipeline.require_above_floor(computed);
      INSERT INTO pipeline.hour (hour) VALUES (computed) ON CONFLICT DO NOTHING;
      PERFORM 1 FROM pipeline.hour AS h WHERE h.hour = computed FOR UPDATE;
      SELECT r.* INTO former FROM pipeline.last_run(computed) AS r;
      IF former.revision > p_revision THEN
        RAISE EXCEPTION 'hour % was computed from revision % already; this result is of revision %',
          computed, former.revision, p_revision USING ERRCODE = 'AU004';
      END IF;
      IF pipeline.is_before_erasure(computed, p_revision) THEN
        RAISE EXCEPTION 'files of hour % are being rewritten by an erasure, or were since revision % was read',
          computed, p_revision USING ERRCODE = 'AU004';
      END IF;
      was_ever_final := EXISTS (SELECT FROM pipeline.batch_run AS b WHERE b.hour = computed AND b.was_final);

      -- Until here the tables hold the old result: what depends on the differences (pipeline.hour_changes) is called
      -- before the rows change.
      IF was_ever_final THEN
        PERFORM pipeline.record_hourly_corrections(run_id, computed, p_types, p_ids, p_values);
      END IF;
      PERFORM pipeline.add_hour_to_days(computed, p_was_final, p_types, p_ids, p_values);

      -- For a minimum Postgres reads one entry of the index. For EXISTS it could read the rows of a month, which it expects
      -- to have one of this hour among the first.
      IF (SELECT min(b.type) FROM public.bytes_hourly AS b WHERE b."timestamp" = computed) IS NOT NULL THEN
        -- Writes only rows that differ, since most rows of an hour that is computed again stay the same.
        DELETE FROM public.bytes_hourly AS b
        WHERE b."timestamp" = computed
          AND NOT EXISTS (SELECT FROM unnest(p_types, p_ids) AS t (type, id) WHERE t.type = b.type AND t.id = b.id);
        MERGE INTO public.bytes_hourly AS b
        USING unnest(p_types, p_ids, p_values) AS t (type, id, value)
        ON b."timestamp" = computed AND b.type = t.type AND b.id = t.id
        WHEN MATCHED AND b.value <> t.value THEN UPDATE SET value = t.value
        WHEN NOT MATCHED THEN INSERT ("timestamp", type, id, value) VALUES (computed, t.type, t.id, t.value);
      ELSE
        INSERT INTO public.bytes_hourly ("timestamp", type, id, value)
        SELECT computed, unnest(p_types), unnest(p_ids), unnest(p_values);
      END IF;

      IF p_was_final THEN
        reported := pipeline.reported_users(computed);
      END IF;
      WITH deleted AS (
        DELETE FROM public.user_quota_limit AS l WHERE l."timestamp" = computed RETURNING l
      )
      SELECT array_agg(d.l) INTO removed FROM deleted AS d;
      SELECT c.* INTO compared
      FROM pipeline.compare_with_quotas(p_types, p_ids, p_values, p_was_final, reported) AS c;
      INSERT INTO public.user_quota_limit (email, usage, quota, "timestamp")
      SELECT o.email, o.usage, o.quota, computed
      FROM unnest(compared.emails, compared.usages, compared.quotas) AS o (email, usage, quota)
      ORDER BY o.email;
      GET DIAGNOSTICS over_quota = ROW_COUNT;

      INSERT INTO pipeline.batch_run (
        id, hour, revision, was_final, engine, input_files, events, event_bytes, hourly_rows, users_over_quota,
        users_without_metadata, started_at
      ) OVERRIDING SYSTEM VALUE VALUES (
        run_id, computed, p_revision, p_was_final, p_engine, p_input_files, p_events, p_event_bytes, cardinality(p_types),
        over_quota, compared.without_metadata, pipeline.utc(p_started_at_ms) AT TIME ZONE 'UTC'
      );
      UPDATE pipeline.hour AS h
      SET computed_revision = p_revision, computed_final = p_was_final, computed_at = clock_timestamp()
      WHERE h.hour = computed;

      -- From here on the tables and batch_run hold the new result: what depends on it is called here.
      IF p_was_final THEN
        PERFORM pipeline.judge_quota_hour(computed, p_revision, reported, compared.judged_ids,
          compared.judged_usages, compared.judged_quotas);
      END IF;
      IF was_ever_final THEN
        PERFORM pipeline.record_quota_corrections(run_id, computed, removed);
        corrected_rows := pipeline.record_correction_run(run_id, former.id);
      END IF;

      -- The last step: certificates form a chain, so that hours that commit at once wait for each other from here on.
      IF p_was_final THEN
        SELECT c.number, c.hash INTO certificate_number, certificate_hash
        FROM pipeline.certify(run_id, p_program, p_types, p_ids, p_values) AS c;
      END IF;
      RETURN QUERY SELECT over_quota, compared.without_metadata, coalesce(corrected_rows, 0), certificate_number, certificate_hash;
    END
    $$;

    -- A preview of commit_hour for these totals, with the p_most users furthest above their quota.
    CREATE OR REPLACE FUNCTION pipeline.preview_over_quota(
      p_version integer, p_hour_ms bigint, p_types text[], p_ids text[], p_values bigint[], p_most integer
    ) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
    DECLARE
      previewed constant timestamp := pipeline.utc(p_hour_ms);
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        WITH used AS MATERIALIZED (
          SELECT * FROM pipeline.user_totals(p_types, p_ids, p_values)
        ), foremost AS (
          SELECT u.* FROM used AS u WHERE u.is_over ORDER BY u.usage::numeric - u.quota DESC, u.email LIMIT p_most
        )
        SELECT jsonb_build_object(
          'usersOverQuota', count(*) FILTER (WHERE u.is_over),
          'usersWithoutMetadata', count(*) FILTER (WHERE NOT u.has_metadata),
          'replacedHourlyRows', (SELECT count(*) FROM public.bytes_hourly AS b WHERE b."timestamp" = previewed),
          'replacedOverQuotaRows', (SELECT count(*) FROM public.user_quota_limit AS l WHERE l."timestamp" = previewed),
          'overQuota', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
              'email', f.email, 'usage', f.usage::text, 'quota', f.quota::text
            ) ORDER BY f.usage::numeric - f.quota DESC, f.email), '[]')
            FROM foremost AS f
          )
        )
        FROM used AS u
      );
    END
    $$;
  `,
};
