import type { SchemaFamily } from './schema-family.ts';

/** The commit of the totals sink. */
export const totals: SchemaFamily = {
  name: 'totals',
  sql: `
    -- Adds the events of a commit to the counts of their hours. The events of an hour are on time unless the greatest
    -- event time of the partition before the commit has reached the end of the hour plus the allowed lateness.
    CREATE OR REPLACE FUNCTION pipeline.count_hours(
      p_topic text, p_partitions integer[], p_from bigint[], p_greatest_times timestamp[], p_counted_partitions integer[],
      p_hours_ms bigint[], p_events bigint[], p_bytes numeric[], p_last_offsets bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      INSERT INTO pipeline.counted_hour AS c (hour, topic, partition, events, event_bytes, counted_end, on_time_end)
      SELECT pipeline.utc(n.hour_ms), p_topic, n.partition, n.events, n.event_bytes, n.last_offset + 1,
        CASE
          WHEN g.greatest_time >= pipeline.utc(n.hour_ms) + interval '1 hour' + s.allowed_lateness THEN NULL
          ELSE n.last_offset + 1
        END
      FROM unnest(p_counted_partitions, p_hours_ms, p_events, p_bytes, p_last_offsets)
        AS n (partition, hour_ms, events, event_bytes, last_offset)
      JOIN pipeline.stream AS s ON s.topic = p_topic
      LEFT JOIN unnest(p_partitions, p_greatest_times) AS g (partition, greatest_time) ON g.partition = n.partition
      ORDER BY 1, n.partition
      ON CONFLICT (hour, topic, partition) DO UPDATE SET
        events = c.events + excluded.events,
        event_bytes = c.event_bytes + excluded.event_bytes,
        counted_end = excluded.counted_end,
        on_time_end = coalesce(excluded.on_time_end, c.on_time_end);
      PERFORM pipeline.count_skipped(p_topic, p_partitions, p_from, p_counted_partitions, p_hours_ms, p_bytes);
    END
    $$;

    -- Counts the dead letters that are stored already, in the transaction that first declares the function that counts each
    -- new one. The lock waits for commits that have moved a position, so that they are counted here. A commit of the former
    -- functions that moves its position later is refused by the new epoch.
    DO $$
    BEGIN
      IF to_regprocedure('pipeline.count_dead_letters(text, jsonb, jsonb)') IS NOT NULL THEN
        RETURN;
      END IF;
      LOCK TABLE pipeline.position IN EXCLUSIVE MODE;
      UPDATE pipeline.position SET epoch = epoch + 1 WHERE sink = 'totals';
      INSERT INTO pipeline.dead_letter_total (topic, partition, reason, records, last_seen_at)
      SELECT d.topic, d.partition, d.reason, sum(d.records), max(d.last_seen_at)
      FROM (
        SELECT topic, partition, reason, 1 AS records, seen_at AS last_seen_at FROM pipeline.dead_letter
        UNION ALL
        SELECT topic, partition, reason, records, last_seen_at FROM pipeline.dead_letter_range
        UNION ALL
        SELECT topic, partition, reason, 1, seen_at FROM pipeline.gone_dead_letter
        UNION ALL
        SELECT topic, partition, reason, records, last_seen_at FROM pipeline.gone_dead_letter_range
      ) AS d
      GROUP BY d.topic, d.partition, d.reason
      ON CONFLICT (topic, partition, reason) DO UPDATE SET
        records = excluded.records, last_seen_at = excluded.last_seen_at;
    END
    $$;

    -- Adds the dead letters of a commit to the numbers that dashboards and operators see.
    CREATE OR REPLACE FUNCTION pipeline.count_dead_letters(p_topic text, p_dead_letters jsonb, p_dead_letter_ranges jsonb)
    RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      INSERT INTO pipeline.dead_letter_total AS t (topic, partition, reason, records, last_seen_at)
      SELECT p_topic, d.partition, d.reason, sum(d.records), clock_timestamp()
      FROM (
        SELECT w.partition, w.reason, 1 AS records
        FROM jsonb_to_recordset(p_dead_letters) AS w (partition integer, reason text)
        UNION ALL
        SELECT r.partition, r.reason, r.records
        FROM jsonb_to_recordset(p_dead_letter_ranges) AS r (partition integer, reason text, records bigint)
      ) AS d
      GROUP BY d.partition, d.reason
      ON CONFLICT (topic, partition, reason) DO UPDATE SET
        records = t.records + excluded.records, last_seen_at = excluded.last_seen_at;
    END;

    -- The first steps of a commit: locks the tables, reads the floor, and moves the positions.
    CREATE OR REPLACE FUNCTION pipeline.begin_commit(
      p_version integer, p_topic text,
      p_partitions integer[], p_epochs bigint[], p_from bigint[], p_to bigint[],
      p_fingerprint_offsets bigint[], p_fingerprints text[], p_event_times_ms bigint[],
      -- Rows of windows before it are not written: the ledger counts their events. The least bigint without a floor.
      OUT floor_ms bigint,
      -- The greatest event time of each partition in p_partitions before this commit. It is read without a lock: if
      -- another commit changes it before the positions are locked, move_positions refuses this commit.
      OUT greatest_times timestamp[]
    )
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      -- A commit that has waited for the tables reads the floor after that. Whoever removes rows waits for this commit, and
      -- a later one sees the floor (docs/commit-protocol.md, "Retention").
      LOCK TABLE ONLY public.bytes, ONLY pipeline.user_hour_usage IN ROW EXCLUSIVE MODE;
      floor_ms := coalesce(pipeline.floor_ms('windows'), (-9223372036854775808)::bigint);
      SELECT array_agg(p.greatest_event_time ORDER BY m.n) INTO greatest_times
      FROM unnest(p_partitions) WITH ORDINALITY AS m (partition, n)
      LEFT JOIN pipeline.position AS p ON p.sink = 'totals' AND p.topic = p_topic AND p.partition = m.partition;
      PERFORM pipeline.move_positions('totals', p_topic, p_partitions, p_epochs, p_from, p_to,
        p_fingerprint_offsets, p_fingerprints, p_event_times_ms);
    END
    $$;

    -- Stores the dead letters of a commit, and counts them.
    CREATE OR REPLACE FUNCTION pipeline.store_dead_letters(
      p_topic text, p_dead_letters jsonb, p_keys bytea[], p_payloads bytea[], p_dead_letter_ranges jsonb
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      INSERT INTO pipeline.dead_letter
        (topic, partition, "offset", reason, detail, record_timestamp, key, payload, payload_bytes)
      SELECT p_topic, (d.letter ->> 'partition')::integer, (d.letter ->> 'offset')::bigint, d.letter ->> 'reason',
        d.letter ->> 'detail', pipeline.utc((d.letter ->> 'timestampMs')::bigint) AT TIME ZONE 'UTC',
        k.key, k.payload, (d.letter ->> 'payloadBytes')::bigint
      FROM jsonb_array_elements(p_dead_letters) WITH ORDINALITY AS d (letter, n)
      JOIN unnest(p_keys, p_payloads) WITH ORDINALITY AS k (key, payload, n) USING (n);

      -- A range is extended for an hour, so that a flood of dead letters needs some rows a day instead of some a
      -- second.
      INSERT INTO pipeline.dead_letter_range AS r (topic, partition, reason, first_offset, last_offset, records)
      SELECT p_topic, c.partition, c.reason, coalesce(o.first_offset, c."firstOffset"), c."lastOffset", c.records
      FROM jsonb_to_recordset(p_dead_letter_ranges)
        AS c (partition integer, reason text, "firstOffset" bigint, "lastOffset" bigint, records bigint)
      LEFT JOIN LATERAL (
        SELECT max(g.first_offset) AS first_offset
        FROM pipeline.dead_letter_range AS g
        WHERE g.topic = p_topic AND g.partition = c.partition AND g.reason = c.reason
          AND g.first_seen_at > clock_timestamp() - interval '1 hour'
      ) AS o ON true
      ON CONFLICT (topic, partition, reason, first_offset) DO UPDATE SET
        last_offset = excluded.last_offset, records = r.records + excluded.records, last_seen_at = excluded.last_seen_at;

      PERFORM pipeline.count_dead_letters(p_topic, p_dead_letters, p_dead_letter_ranges);
    END
    $$;

    -- Commits one flush in one transaction. The rows arrive sorted by their keys, so that concurrent commits lock them
    -- in one order and cannot deadlock. Only a join locks rows in no order: it is undone when it would have to wait long.
    --
    -- Each commit gets a custom plan: a generic plan assumes arrays of ten elements and looks up the quota of each user
    -- separately. random_page_cost is that of a solid-state disk: with the default of Postgres, the planner reads all of a
    -- million users rather than look up the 33,000 of a commit. The arrays are expanded in the SELECT list, which produces
    -- their rows one by one, in order. In FROM, unnest(a, b) first materializes each array, in a temporary file if it is
    -- large.
    CREATE OR REPLACE FUNCTION pipeline.commit_totals(
      p_version integer, p_topic text,
      p_partitions integer[], p_epochs bigint[], p_from bigint[], p_to bigint[],
      p_fingerprint_offsets bigint[], p_fingerprints text[], p_event_times_ms bigint[],
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[],
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[],
      p_counted_partitions integer[], p_counted_hours_ms bigint[], p_counted_events bigint[], p_counted_bytes numeric[],
      p_counted_last_offsets bigint[],
      p_dead_letters jsonb, p_keys bytea[], p_payloads bytea[], p_dead_letter_ranges jsonb,
      p_lateness jsonb DEFAULT NULL
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_custom_plan' SET random_page_cost = 1.1
    -- A quarter of the statement timeout of a worker, since a commit may wait for several large ones, one after the other: it is
    -- repeated then, not divided.
    SET work_mem = '64MB' SET jit = off SET lock_timeout = '15s' AS $$
    DECLARE
      floor_ms bigint;
      greatest_times timestamp[];
      -- Whether a run may be joined with the table: no other commit was in the way so far.
      may_join boolean := true;
      hours timestamp[];
      users text[];
      usages bigint[];
      quotas bigint[];
      event_times timestamp[];
    BEGIN
      SELECT * INTO floor_ms, greatest_times FROM pipeline.begin_commit(p_version, p_topic, p_partitions, p_epochs,
        p_from, p_to, p_fingerprint_offsets, p_fingerprints, p_event_times_ms);

      may_join := pipeline.add_windows(p_window_ms, p_types, p_ids, p_values, floor_ms, may_join);
      PERFORM pipeline.count_below_floor(floor_ms, p_topic, p_counted_partitions, p_counted_hours_ms, p_counted_events,
        p_counted_bytes);

      PERFORM pipeline.count_hours(p_topic, p_partitions, p_from, greatest_times, p_counted_partitions,
        p_counted_hours_ms, p_counted_events, p_counted_bytes, p_counted_last_offsets);

      SELECT a.hours, a.ids, a.used, a.quotas, a.event_times INTO hours, users, usages, quotas, event_times
      FROM pipeline.add_user_hours(p_hour_ms, p_users, p_usages, p_latest_ms, floor_ms, may_join) AS a;
      IF users IS NOT NULL THEN
        PERFORM pipeline.record_quotas(hours, users, usages, quotas, event_times);
      END IF;

      PERFORM pipeline.store_dead_letters(p_topic, p_dead_letters, p_keys, p_payloads, p_dead_letter_ranges);
      PERFORM pipeline.count_lateness(p_lateness);
    END
    $$;
  `,
};
