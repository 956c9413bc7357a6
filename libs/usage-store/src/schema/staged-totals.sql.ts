import type { SchemaFamily } from './schema-family.ts';

/**
 * A part of a large commit is merged with the rows of the tables between its first and its last one, if these are at most
 * so many times its own rows. Reading a row in order takes a tenth of the time of looking one up.
 */
const MOST_READ = 4;

/**
 * The commit of the totals sink in parts (docs/commit-protocol.md, "Large commits"). A large commit has most of the rows of
 * its windows, so they are merged with those of the tables in the order of the keys, instead of looking up each.
 */
export const stagedTotals: SchemaFamily = {
  name: 'staged-totals',
  sql: `
    -- Keeps one part of a commit: sums of windows and of users' hours, sorted, in the form of commit_totals.
    CREATE OR REPLACE FUNCTION pipeline.stage_totals(
      p_version integer, p_commit_id uuid, p_part integer,
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[],
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      INSERT INTO pipeline.staged_totals
        (commit_id, part, window_ms, types, ids, sums, hour_ms, users, usages, latest_ms)
      VALUES
        (p_commit_id, p_part, p_window_ms, p_types, p_ids, p_values, p_hour_ms, p_users, p_usages, p_latest_ms);
    END
    $$;

    -- Adds sums to the rows of windows, or inserts them, by one pass through both in the order of the keys. A merge join
    -- keeps that order, in which all commits lock rows. If another commit inserts one of the rows meanwhile, the sums are
    -- added with ON CONFLICT.
    CREATE OR REPLACE FUNCTION pipeline.merge_into_windows(
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[], p_floor_ms bigint
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
    DECLARE
      last integer := cardinality(p_window_ms);
      first_time timestamp := pipeline.utc(p_window_ms[1]);
      last_time timestamp := pipeline.utc(p_window_ms[last]);
      present integer;
    BEGIN
      SELECT count(*) INTO present
      FROM (
        SELECT FROM public.bytes AS b
        WHERE b."timestamp" BETWEEN first_time AND last_time
          AND (b."timestamp", b.type, b.id) >= (first_time, p_types[1], p_ids[1])
          AND (b."timestamp", b.type, b.id) <= (last_time, p_types[last], p_ids[last])
        LIMIT ${MOST_READ} * last + 1
      ) AS b;
      IF present > ${MOST_READ} * last THEN
        PERFORM pipeline.add_to_windows(p_window_ms, p_types, p_ids, p_values, p_floor_ms);
        RETURN;
      END IF;
      BEGIN
        MERGE INTO public.bytes AS b
        USING (
          SELECT pipeline.utc(e.window_ms) AS "timestamp", e.type, e.id, e.value
          FROM (
            SELECT unnest(p_window_ms) AS window_ms, unnest(p_types) AS type, unnest(p_ids) AS id,
              unnest(p_values) AS value
          ) AS e
          WHERE e.window_ms >= p_floor_ms
        ) AS d
        ON b."timestamp" = d."timestamp" AND b.type = d.type AND b.id = d.id
          AND b."timestamp" BETWEEN first_time AND last_time
          AND (b."timestamp", b.type, b.id) >= (first_time, p_types[1], p_ids[1])
          AND (b."timestamp", b.type, b.id) <= (last_time, p_types[last], p_ids[last])
        WHEN MATCHED THEN UPDATE SET value = b.value + d.value
        WHEN NOT MATCHED THEN INSERT ("timestamp", type, id, value) VALUES (d."timestamp", d.type, d.id, d.value);
      EXCEPTION WHEN unique_violation THEN
        PERFORM pipeline.add_to_windows(p_window_ms, p_types, p_ids, p_values, p_floor_ms);
      END;
    END
    $$;

    -- Adds the usages of users in one hour, sorted by user.
    CREATE OR REPLACE FUNCTION pipeline.add_to_user_hour(
      p_hour timestamp, p_users text[], p_usages bigint[], p_latest_ms bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      INSERT INTO pipeline.user_hour_usage AS u (hour, id, usage, latest_event_time)
      SELECT p_hour, d.id, d.usage, pipeline.utc(d.latest_ms)
      FROM (SELECT unnest(p_users) AS id, unnest(p_usages) AS usage, unnest(p_latest_ms) AS latest_ms) AS d
      ON CONFLICT (hour, id) DO UPDATE SET
        usage = u.usage + excluded.usage,
        latest_event_time = greatest(u.latest_event_time, excluded.latest_event_time);
    END
    $$;

    -- Does the same as merge_into_windows does for windows.
    CREATE OR REPLACE FUNCTION pipeline.merge_into_user_hour(
      p_hour timestamp, p_users text[], p_usages bigint[], p_latest_ms bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
    DECLARE
      last integer := cardinality(p_users);
      present integer;
    BEGIN
      SELECT count(*) INTO present
      FROM (
        SELECT FROM pipeline.user_hour_usage AS u
        WHERE u.hour = p_hour AND u.id BETWEEN p_users[1] AND p_users[last]
        LIMIT ${MOST_READ} * last + 1
      ) AS u;
      IF present > ${MOST_READ} * last THEN
        PERFORM pipeline.add_to_user_hour(p_hour, p_users, p_usages, p_latest_ms);
        RETURN;
      END IF;
      BEGIN
        MERGE INTO pipeline.user_hour_usage AS u
        USING (
          SELECT unnest(p_users) AS id, unnest(p_usages) AS usage, unnest(p_latest_ms) AS latest_ms
        ) AS d
        ON u.hour = p_hour AND u.id = d.id AND u.id BETWEEN p_users[1] AND p_users[last]
        WHEN MATCHED THEN UPDATE SET
          usage = u.usage + d.usage, latest_event_time = greatest(u.latest_event_time, pipeline.utc(d.latest_ms))
        WHEN NOT MATCHED THEN INSERT (hour, id, usage, latest_event_time)
          VALUES (p_hour, d.id, d.usage, pipeline.utc(d.latest_ms));
      EXCEPTION WHEN unique_violation THEN
        PERFORM pipeline.add_to_user_hour(p_hour, p_users, p_usages, p_latest_ms);
      END;
    END
    $$;

    -- The users of one hour who are near or over their quotas, with the quotas of this moment. The rows of the hour and the
    -- quotas are read in the order of the users if most of them are asked for.
    CREATE OR REPLACE FUNCTION pipeline.users_near_quota(
      p_hour timestamp, p_users text[],
      OUT hours timestamp[], OUT ids text[], OUT used bigint[], OUT quotas bigint[], OUT event_times timestamp[]
    )
    -- enable_nestloop has a value here, so that it has that value again when the function returns.
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_nestloop = on AS $$
    DECLARE
      first_user text;
      last_user text;
      present integer;
    BEGIN
      -- By the order of the tables: JavaScript sorts a few characters in another one.
      SELECT min(d.id COLLATE "C"), max(d.id COLLATE "C") INTO first_user, last_user FROM unnest(p_users) AS d (id);
      SELECT count(*) INTO present
      FROM (
        SELECT FROM public.user_metadata AS m WHERE m.id BETWEEN first_user AND last_user
        LIMIT ${MOST_READ} * cardinality(p_users) + 1
      ) AS m;
      IF present <= ${MOST_READ} * cardinality(p_users) THEN
        SET LOCAL enable_nestloop = off;
      END IF;
      SELECT array_agg(u.hour), array_agg(u.id), array_agg(u.usage), array_agg(m.quota), array_agg(u.latest_event_time)
      INTO hours, ids, used, quotas, event_times
      FROM (SELECT unnest(p_users) AS id) AS d
      JOIN pipeline.user_hour_usage AS u ON u.id = d.id
      JOIN public.user_metadata AS m ON m.id = u.id AND u.usage >= m.quota - m.quota / 5
      WHERE u.hour = p_hour AND u.id BETWEEN first_user AND last_user AND m.id BETWEEN first_user AND last_user;
    END
    $$;

    -- Adds one part of the hours of users, in the order of the keys. Parts of several hours are small, or few.
    CREATE OR REPLACE FUNCTION pipeline.add_staged_hours(
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[], p_floor_ms bigint,
      OUT hours timestamp[], OUT ids text[], OUT used bigint[], OUT quotas bigint[], OUT event_times timestamp[]
    )
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      hour timestamp := pipeline.utc(p_hour_ms[1]);
    BEGIN
      IF p_hour_ms[1] <> p_hour_ms[cardinality(p_hour_ms)] THEN
        SELECT * INTO hours, ids, used, quotas, event_times
        FROM pipeline.add_user_hours(p_hour_ms, p_users, p_usages, p_latest_ms, p_floor_ms);
      ELSIF p_hour_ms[1] >= p_floor_ms THEN
        PERFORM pipeline.merge_into_user_hour(hour, p_users, p_usages, p_latest_ms);
        SELECT * INTO hours, ids, used, quotas, event_times FROM pipeline.users_near_quota(hour, p_users);
      END IF;
    END
    $$;

    -- Commits one flush whose sums were staged in p_parts parts, in one transaction and in the order of commit_totals. If a
    -- part is missing, nothing is committed, and the worker stages all parts again.
    CREATE OR REPLACE FUNCTION pipeline.commit_staged_totals(
      p_version integer, p_topic text, p_commit_id uuid, p_parts integer,
      p_partitions integer[], p_epochs bigint[], p_from bigint[], p_to bigint[],
      p_fingerprint_offsets bigint[], p_fingerprints text[], p_event_times_ms bigint[],
      p_counted_partitions integer[], p_counted_hours_ms bigint[], p_counted_events bigint[], p_counted_bytes numeric[],
      p_counted_last_offsets bigint[],
      p_dead_letters jsonb, p_keys bytea[], p_payloads bytea[], p_dead_letter_ranges jsonb, p_lateness jsonb
    ) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = 'force_custom_plan' SET random_page_cost = 1.1
    SET work_mem = '64MB' AS $$
    DECLARE
      floor_ms bigint;
      greatest_times timestamp[];
      newest_ms bigint;
      known_rows integer;
      part record;
      found record;
      hours timestamp[] := '{}';
      users text[] := '{}';
      usages bigint[] := '{}';
      quotas bigint[] := '{}';
      event_times timestamp[] := '{}';
    BEGIN
      SELECT * INTO floor_ms, greatest_times FROM pipeline.begin_commit(p_version, p_topic, p_partitions, p_epochs,
        p_from, p_to, p_fingerprint_offsets, p_fingerprints, p_event_times_ms);
      IF (SELECT count(*) FROM pipeline.staged_totals AS s WHERE s.commit_id = p_commit_id) <> p_parts THEN
        RAISE EXCEPTION 'not all % parts of the commit are staged', p_parts USING ERRCODE = 'serialization_failure';
      END IF;

      SELECT pipeline.newest_window_ms(min(s.window_ms[1]), max(s.window_ms[cardinality(s.window_ms)]), floor_ms)
      INTO newest_ms
      FROM pipeline.staged_totals AS s WHERE s.commit_id = p_commit_id;
      FOR part IN
        SELECT s.window_ms, s.types, s.ids, s.sums FROM pipeline.staged_totals AS s
        WHERE s.commit_id = p_commit_id AND cardinality(s.window_ms) > 0 ORDER BY s.part
      LOOP
        known_rows := coalesce(width_bucket(newest_ms, part.window_ms), 0);
        IF known_rows > 0 THEN
          PERFORM pipeline.merge_into_windows(part.window_ms[:known_rows], part.types[:known_rows],
            part.ids[:known_rows], part.sums[:known_rows], floor_ms);
        END IF;
        IF known_rows < cardinality(part.window_ms) THEN
          PERFORM pipeline.begin_windows(part.window_ms[known_rows + 1:], part.types[known_rows + 1:],
            part.ids[known_rows + 1:], part.sums[known_rows + 1:], floor_ms);
        END IF;
      END LOOP;
      PERFORM pipeline.count_below_floor(floor_ms, p_topic, p_counted_partitions, p_counted_hours_ms, p_counted_events,
        p_counted_bytes);
      PERFORM pipeline.count_hours(p_topic, p_partitions, p_from, greatest_times, p_counted_partitions,
        p_counted_hours_ms, p_counted_events, p_counted_bytes, p_counted_last_offsets);

      FOR part IN
        SELECT s.hour_ms, s.users, s.usages, s.latest_ms FROM pipeline.staged_totals AS s
        WHERE s.commit_id = p_commit_id AND cardinality(s.hour_ms) > 0 ORDER BY s.part
      LOOP
        SELECT * INTO found FROM pipeline.add_staged_hours(part.hour_ms, part.users, part.usages, part.latest_ms, floor_ms);
        hours := hours || found.hours;
        users := users || found.ids;
        usages := usages || found.used;
        quotas := quotas || found.quotas;
        event_times := event_times || found.event_times;
      END LOOP;
      IF cardinality(users) > 0 THEN
        PERFORM pipeline.record_quotas(hours, users, usages, quotas, event_times);
      END IF;
      DELETE FROM pipeline.staged_totals AS s WHERE s.commit_id = p_commit_id;

      PERFORM pipeline.store_dead_letters(p_topic, p_dead_letters, p_keys, p_payloads, p_dead_letter_ranges);
      PERFORM pipeline.count_lateness(p_lateness);
    END
    $$;
  `,
};
