import type { SchemaFamily } from './schema-family.ts';

/**
 * The causes of the difference between speed and batch layer, to the byte (docs/commit-protocol.md, "Reconciliation").
 * The views call no function of schema `pipeline`, since a reader of a view needs the right to each function in it.
 */
export const reconciliation: SchemaFamily = {
  name: 'reconciliation',
  sql: `
    -- One row per hour and type, of every hour that was counted, archived or computed:
    --   difference = counted_not_archived - archived_not_counted + archived_since_run + below_floor + acknowledged
    --     + foreign_archive + unexplained
    -- The unexplained bytes are the sum of three comparisons: the stored totals with the counted events, the counted
    -- events with the archived ones, and the last run's input files with its result. is_explained: each of them is 0, so
    -- that two errors cannot hide each other. below_floor: the bytes that the removed hour had in bytes_hourly, less those
    -- that it had in bytes and those that the ledger has counted since; rows of a removed hour that are left are not read.
    -- Each hour is computed in a LATERAL of its own, so that a condition on the hour reaches the index of each table.
    CREATE VIEW pipeline.reconciliation AS
    SELECT k.hour, v.type, v.speed, v.batch, v.speed - v.batch AS difference,
      e.counted_not_archived, e.archived_not_counted, r.archived_since_run, r.files_since_run, o.hourly - o.windows AS below_floor,
      e.acknowledged, r.foreign_archive, u.speed + e.unexplained + u.batch AS unexplained,
      u.speed AS unexplained_speed, e.unexplained AS unexplained_archive, u.batch AS unexplained_batch,
      u.speed = 0 AND e.unexplained = 0 AND u.batch = 0 AS is_explained
    FROM (SELECT hour FROM pipeline.hour UNION SELECT hour FROM pipeline.counted_hour) AS k
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(b.value) FILTER (WHERE b.type = 'antenna_total_bytes'), 0) AS antennas,
        coalesce(sum(b.value) FILTER (WHERE b.type = 'app_total_bytes'), 0) AS apps,
        coalesce(sum(b.value) FILTER (WHERE b.type = 'user_total_bytes'), 0) AS users
      FROM public.bytes AS b
      WHERE b."timestamp" >= k.hour AND b."timestamp" < k.hour + interval '1 hour'
        AND NOT EXISTS (SELECT FROM pipeline.removed_hour AS n WHERE n.kind = 'windows' AND n.hour = k.hour)
    ) AS s
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(b.value) FILTER (WHERE b.type = 'antenna_total_bytes'), 0) AS antennas,
        coalesce(sum(b.value) FILTER (WHERE b.type = 'app_total_bytes'), 0) AS apps,
        coalesce(sum(b.value) FILTER (WHERE b.type = 'user_total_bytes'), 0) AS users
      FROM public.bytes_hourly AS b
      WHERE b."timestamp" >= k.hour AND b."timestamp" < k.hour + interval '1 hour'
        AND NOT EXISTS (SELECT FROM pipeline.removed_hour AS n WHERE n.kind = 'hours' AND n.hour = k.hour)
    ) AS h
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(p.counted), 0) AS counted, coalesce(sum(p.acknowledged), 0) AS acknowledged,
        coalesce(sum(w.counted_not_archived), 0) AS counted_not_archived,
        coalesce(sum(w.archived_not_counted), 0) AS archived_not_counted,
        coalesce(sum(p.rest - w.counted_not_archived + w.archived_not_counted), 0) AS unexplained
      FROM pipeline.partition_balance AS p
      CROSS JOIN LATERAL (
        SELECT CASE WHEN p.totals_ahead THEN greatest(p.rest, 0) ELSE 0 END AS counted_not_archived,
          CASE WHEN p.archive_ahead THEN greatest(-p.rest, 0) ELSE 0 END AS archived_not_counted
      ) AS w
      WHERE p.hour = k.hour
    ) AS e
    LEFT JOIN LATERAL (
      SELECT b.event_bytes, b.input_files FROM pipeline.batch_run AS b
      WHERE b.hour = k.hour
      ORDER BY b.revision DESC, b.id DESC
      LIMIT 1
    ) AS c ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(f.event_bytes) FILTER (WHERE i.path IS NOT NULL), 0) AS in_run,
        coalesce(sum(f.event_bytes) FILTER (WHERE i.path IS NULL), 0) AS archived_since_run,
        count(*) FILTER (WHERE i.path IS NULL) AS files_since_run,
        -- The input files of a foreign archive have no offsets, since no manifest lists them.
        CASE WHEN c.input_files @? '$[*] ? (!exists(@.startOffset))' THEN -c.event_bytes ELSE 0 END AS foreign_archive
      FROM pipeline.archive_file AS f
      LEFT JOIN (SELECT j ->> 'path' AS path FROM jsonb_array_elements(c.input_files) AS j) AS i ON i.path = f.path
      WHERE f.hour = k.hour
    ) AS r
    CROSS JOIN LATERAL (
      SELECT coalesce((SELECT n.event_bytes FROM pipeline.removed_hour AS n WHERE n.kind = 'windows' AND n.hour = k.hour), 0)
        + coalesce((SELECT sum(n.event_bytes) FROM pipeline.ledger_hour AS n WHERE n.hour = k.hour), 0) AS windows,
        coalesce((SELECT n.event_bytes FROM pipeline.removed_hour AS n WHERE n.kind = 'hours' AND n.hour = k.hour), 0) AS hourly
    ) AS o
    CROSS JOIN LATERAL (VALUES
      ('antenna_total_bytes', s.antennas, h.antennas), ('app_total_bytes', s.apps, h.apps), ('user_total_bytes', s.users, h.users)
    ) AS v (type, speed, batch)
    CROSS JOIN LATERAL (
      SELECT v.speed + o.windows - e.counted AS speed, r.in_run - r.foreign_archive - o.hourly - v.batch AS batch
    ) AS u;

    -- The files of an hour that its last run has not read, in the order of their commits.
    CREATE OR REPLACE FUNCTION pipeline.files_since_run(p_hour timestamp) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'path', f.path, 'rows', f.row_count, 'eventBytes', f.event_bytes::text,
        'archivedAtMs', pipeline.epoch_ms(f.committed_at AT TIME ZONE 'UTC')
      ) ORDER BY f.committed_at, f.path), '[]')
      FROM pipeline.archive_file AS f
      WHERE f.hour = p_hour AND f.path NOT IN (
        SELECT i.path
        FROM pipeline.last_run(p_hour) AS r
        CROSS JOIN LATERAL pipeline.input_paths(r.id) AS i (path)
      );
    END;

    -- The first instants of the hours of [p_from, p_to) that have rows in the public tables. The query skips from
    -- window to window by the primary key. It is planned in each call, and has both bounds in each condition, so that
    -- only the partitions of these months are planned.
    CREATE OR REPLACE FUNCTION pipeline.hours_with_rows(p_from timestamp, p_to timestamp) RETURNS SETOF timestamp
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_custom_plan' AS $$
    BEGIN
      RETURN QUERY
      WITH RECURSIVE stored (hour) AS (
        SELECT date_trunc('hour', least(
          (SELECT min(b."timestamp") FROM public.bytes AS b WHERE b."timestamp" >= p_from AND b."timestamp" < p_to),
          (SELECT min(b."timestamp") FROM public.bytes_hourly AS b WHERE b."timestamp" >= p_from AND b."timestamp" < p_to)))
        UNION ALL
        SELECT date_trunc('hour', least(
          (SELECT min(b."timestamp") FROM public.bytes AS b
           WHERE b."timestamp" >= p_from AND b."timestamp" < p_to AND b."timestamp" >= s.hour + interval '1 hour'),
          (SELECT min(b."timestamp") FROM public.bytes_hourly AS b
           WHERE b."timestamp" >= p_from AND b."timestamp" < p_to AND b."timestamp" >= s.hour + interval '1 hour')))
        FROM stored AS s
        WHERE s.hour IS NOT NULL
      )
      SELECT s.hour FROM stored AS s WHERE s.hour IS NOT NULL;
    END
    $$;

    -- Rows of hours that nothing was counted or computed for, in the form of pipeline.reconciliation: all of them are
    -- unexplained.
    CREATE OR REPLACE FUNCTION pipeline.reconcile_unknown(p_hours timestamp[]) RETURNS SETOF pipeline.reconciliation
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT u.hour, u.type, u.speed, u.batch, u.speed - u.batch, 0, 0, 0, 0, 0, 0, 0, u.speed - u.batch, u.speed, 0, -u.batch,
        u.speed = 0 AND u.batch = 0
      FROM (
        SELECT o.hour, t.type,
          (SELECT coalesce(sum(b.value), 0) FROM public.bytes AS b
           WHERE b."timestamp" >= o.hour AND b."timestamp" < o.hour + interval '1 hour' AND b.type = t.type) AS speed,
          (SELECT coalesce(sum(b.value), 0) FROM public.bytes_hourly AS b
           WHERE b."timestamp" >= o.hour AND b."timestamp" < o.hour + interval '1 hour' AND b.type = t.type) AS batch
        FROM unnest(p_hours) AS o (hour)
        CROSS JOIN (VALUES ('antenna_total_bytes'), ('app_total_bytes'), ('user_total_bytes')) AS t (type)
      ) AS u;
    END;

    CREATE OR REPLACE FUNCTION pipeline.reconciliation_json(p_rows pipeline.reconciliation[]) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'hourMs', pipeline.epoch_ms(e.hour), 'type', e.type, 'speed', e.speed::text, 'batch', e.batch::text,
        'countedNotArchived', e.counted_not_archived::text, 'archivedNotCounted', e.archived_not_counted::text,
        'archivedSinceRun', e.archived_since_run::text, 'belowFloor', e.below_floor::text,
        'acknowledged', e.acknowledged::text, 'foreignArchive', e.foreign_archive::text,
        'unexplainedSpeed', e.unexplained_speed::text, 'unexplainedArchive', e.unexplained_archive::text,
        'unexplainedBatch', e.unexplained_batch::text,
        'filesSinceRun', CASE WHEN e.files_since_run > 0 THEN pipeline.files_since_run(e.hour) ELSE '[]' END
      ) ORDER BY e.hour, e.type), '[]')
      FROM unnest(p_rows) AS e;
    END;

    -- The reconciliation of every hour of [p_from_ms, p_to_ms), of one snapshot, that of the calling statement. Rows of an
    -- hour that nothing was counted or computed for are unexplained; such hours are rare, and only then is the query that
    -- reads them planned. The plan over the partitions of all years, which takes several times as long as the comparison
    -- of an hour, is made once in a session, whose calls are for one hour each.
    CREATE OR REPLACE FUNCTION pipeline.reconcile(p_version integer, p_from_ms bigint, p_to_ms bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_generic_plan' AS $$
    DECLARE
      first constant timestamp := pipeline.utc(p_from_ms);
      past constant timestamp := pipeline.utc(p_to_ms);
      compared pipeline.reconciliation[];
      unknown timestamp[];
    BEGIN
      PERFORM pipeline.require_version(p_version);
      compared := array(SELECT r FROM pipeline.reconciliation AS r WHERE r.hour >= first AND r.hour < past);
      unknown := array(SELECT o.hour FROM pipeline.hours_with_rows(first, past) AS o (hour)
        EXCEPT SELECT n.hour FROM unnest(compared) AS n);
      IF cardinality(unknown) > 0 THEN
        compared := compared || array(SELECT r FROM pipeline.reconcile_unknown(unknown) AS r);
      END IF;
      RETURN pipeline.reconciliation_json(compared);
    END
    $$;

    -- The hours that the next reconciliation compares: hours after p_recent, hours that were archived or computed since
    -- they were reconciled, hours with unexplained bytes or wrong files, and hours that were never reconciled. The
    -- archive lacks an hour of counted events only while they wait, or after an acknowledgement, which has a loss.
    CREATE OR REPLACE FUNCTION pipeline.unreconciled_hours(p_recent timestamp) RETURNS SETOF timestamp
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    BEGIN ATOMIC
      SELECT h.hour FROM pipeline.hour AS h
      WHERE h.reconciled_at IS NULL OR h.changed_at >= h.reconciled_at OR h.computed_at >= h.reconciled_at
      UNION
      SELECT r.hour FROM pipeline.reconciled_hour AS r WHERE r.unexplained_bytes > 0 OR r.file_problems > 0
      UNION
      SELECT h.hour FROM pipeline.hour AS h WHERE h.hour > p_recent
      UNION
      SELECT c.hour FROM pipeline.counted_hour AS c WHERE c.hour > p_recent
      UNION
      SELECT o.hour
      FROM (
        SELECT w.hour FROM pipeline.hours_with_waiting_events() AS w (hour)
        UNION
        SELECT l.hour FROM pipeline.lost_hour AS l
      ) AS o
      WHERE NOT EXISTS (SELECT FROM pipeline.reconciled_hour AS r WHERE r.hour = o.hour);
    END;

    CREATE OR REPLACE FUNCTION pipeline.hours_to_reconcile(p_version integer, p_recent interval) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT coalesce(jsonb_agg(pipeline.epoch_ms(k.hour) ORDER BY k.hour), '[]')
        FROM pipeline.unreconciled_hours(clock_timestamp() AT TIME ZONE 'UTC' - p_recent) AS k (hour)
      );
    END
    $$;

    -- An hour that another transaction changes at this moment is not noted as reconciled beside its revision, so that the
    -- next reconciliation compares it again, and this call waits for no run.
    CREATE OR REPLACE FUNCTION pipeline.record_reconciliation(
      p_version integer, p_hours_ms bigint[], p_unexplained numeric[], p_file_problems bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      INSERT INTO pipeline.reconciled_hour AS r (hour, unexplained_bytes, file_problems)
      SELECT pipeline.utc(n.hour_ms), n.unexplained, n.file_problems
      FROM unnest(p_hours_ms, p_unexplained, p_file_problems) AS n (hour_ms, unexplained, file_problems)
      ORDER BY 1
      ON CONFLICT (hour) DO UPDATE SET unexplained_bytes = excluded.unexplained_bytes,
        file_problems = excluded.file_problems, reconciled_at = excluded.reconciled_at;
      UPDATE pipeline.hour AS h SET reconciled_at = r.reconciled_at
      FROM (
        SELECT o.hour FROM pipeline.hour AS o
        WHERE o.hour IN (SELECT pipeline.utc(n.hour_ms) FROM unnest(p_hours_ms) AS n (hour_ms))
        FOR NO KEY UPDATE SKIP LOCKED
      ) AS unlocked
      JOIN pipeline.reconciled_hour AS r USING (hour)
      WHERE h.hour = unlocked.hour;
    END
    $$;

    -- The sums over the last reconciliation of each hour, for the metrics. No row before the first reconciliation. Hours
    -- without a finding add nothing, and are not read.
    CREATE OR REPLACE FUNCTION pipeline.reconciliation_status() RETURNS TABLE (
      unexplained_bytes numeric, file_problems bigint, reconciled_at timestamptz
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
    BEGIN ATOMIC
      SELECT f.unexplained_bytes, f.file_problems, n.reconciled_at
      FROM (SELECT max(r.reconciled_at) AS reconciled_at FROM pipeline.reconciled_hour AS r) AS n
      CROSS JOIN (
        SELECT coalesce(sum(r.unexplained_bytes), 0) AS unexplained_bytes,
          coalesce(sum(r.file_problems), 0)::bigint AS file_problems
        FROM pipeline.reconciled_hour AS r
        WHERE r.unexplained_bytes > 0 OR r.file_problems > 0
      ) AS f
      WHERE n.reconciled_at IS NOT NULL;
    END;
  `,
};
