import type { SchemaFamily } from './schema-family.ts';

/**
 * A commit of the totals sink that is too large for one call: it is stored in parts first (docs/commit-protocol.md, "Large
 * commits").
 */
export const stagedTotals: SchemaFamily = {
  name: 'staged-totals',
  sql: `
    -- Keeps one part of a commit: sums of windows and of users' hours, sorted, in the form of commit_totals. The commit is
    -- known by the first of its positions. Whatever else is kept for that partition is of no use any more.
    CREATE OR REPLACE FUNCTION pipeline.stage_totals(
      p_version integer, p_topic text, p_partition integer, p_epoch bigint, p_from bigint, p_part integer,
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[],
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      IF p_part = 0 THEN
        DELETE FROM pipeline.staged_totals AS s WHERE s.topic = p_topic AND s.partition = p_partition;
      END IF;
      INSERT INTO pipeline.staged_totals
        (topic, partition, epoch, from_offset, part, window_ms, types, ids, sums, hour_ms, users, usages, latest_ms)
      VALUES
        (p_topic, p_partition, p_epoch, p_from, p_part, p_window_ms, p_types, p_ids, p_values, p_hour_ms, p_users,
          p_usages, p_latest_ms)
      ON CONFLICT DO NOTHING;
    END
    $$;

    -- Commits one flush whose sums were staged in p_parts parts, in one transaction and in the order of commit_totals. If a
    -- part is missing, nothing is committed, and the worker stages all parts again. The parts are locked, so that an erasure
    -- removes them before or after the commit.
    CREATE OR REPLACE FUNCTION pipeline.commit_staged_totals(
      p_version integer, p_topic text, p_parts integer,
      p_partitions integer[], p_epochs bigint[], p_from bigint[], p_to bigint[],
      p_fingerprint_offsets bigint[], p_fingerprints text[], p_event_times_ms bigint[],
      p_counted_partitions integer[], p_counted_hours_ms bigint[], p_counted_events bigint[], p_counted_bytes numeric[],
      p_counted_last_offsets bigint[],
      p_dead_letters jsonb, p_keys bytea[], p_payloads bytea[], p_dead_letter_ranges jsonb, p_lateness jsonb
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_custom_plan' SET random_page_cost = 1.1
    SET work_mem = '64MB' SET jit = off AS $$
    DECLARE
      floor_ms bigint;
      greatest_times timestamp[];
      staged integer;
      part record;
      -- Whether a run may be joined with the table: no other commit was in the way so far.
      may_join boolean := true;
      found record;
      hours timestamp[] := '{}';
      users text[] := '{}';
      usages bigint[] := '{}';
      quotas bigint[] := '{}';
      event_times timestamp[] := '{}';
    BEGIN
      SELECT * INTO floor_ms, greatest_times FROM pipeline.begin_commit(p_version, p_topic, p_partitions, p_epochs,
        p_from, p_to, p_fingerprint_offsets, p_fingerprints, p_event_times_ms);
      SELECT count(*) INTO staged
      FROM (
        SELECT FROM pipeline.staged_totals AS s
        WHERE s.topic = p_topic AND s.partition = p_partitions[1] AND s.epoch = p_epochs[1] AND s.from_offset = p_from[1]
        ORDER BY s.part FOR UPDATE
      ) AS s;
      IF staged <> p_parts THEN
        RAISE EXCEPTION '% of % parts of the commit are staged', staged, p_parts USING ERRCODE = 'serialization_failure';
      END IF;

      FOR part IN
        SELECT s.window_ms, s.types, s.ids, s.sums FROM pipeline.staged_totals AS s
        WHERE s.topic = p_topic AND s.partition = p_partitions[1] AND s.epoch = p_epochs[1] AND s.from_offset = p_from[1]
          AND cardinality(s.window_ms) > 0
        ORDER BY s.part
      LOOP
        may_join := pipeline.add_windows(part.window_ms, part.types, part.ids, part.sums, floor_ms, may_join);
      END LOOP;
      PERFORM pipeline.count_below_floor(floor_ms, p_topic, p_counted_partitions, p_counted_hours_ms, p_counted_events,
        p_counted_bytes);
      PERFORM pipeline.count_hours(p_topic, p_partitions, p_from, greatest_times, p_counted_partitions,
        p_counted_hours_ms, p_counted_events, p_counted_bytes, p_counted_last_offsets);

      FOR part IN
        SELECT s.hour_ms, s.users, s.usages, s.latest_ms FROM pipeline.staged_totals AS s
        WHERE s.topic = p_topic AND s.partition = p_partitions[1] AND s.epoch = p_epochs[1] AND s.from_offset = p_from[1]
          AND cardinality(s.hour_ms) > 0
        ORDER BY s.part
      LOOP
        SELECT * INTO found
        FROM pipeline.add_user_hours(part.hour_ms, part.users, part.usages, part.latest_ms, floor_ms, may_join);
        may_join := found.may_join;
        hours := hours || found.hours;
        users := users || found.ids;
        usages := usages || found.used;
        quotas := quotas || found.quotas;
        event_times := event_times || found.event_times;
      END LOOP;
      IF cardinality(users) > 0 THEN
        PERFORM pipeline.record_quotas(hours, users, usages, quotas, event_times);
      END IF;
      DELETE FROM pipeline.staged_totals AS s WHERE s.topic = p_topic AND s.partition = p_partitions[1];

      PERFORM pipeline.store_dead_letters(p_topic, p_dead_letters, p_keys, p_payloads, p_dead_letter_ranges);
      PERFORM pipeline.count_lateness(p_lateness);
    END
    $$;
  `,
};
