import type { SchemaFamily } from './schema-family.ts';

/**
 * The rows of a part are joined with those of the table between its first and its last one, if these are at most so many
 * times its own. Reading a row in order takes a tenth of the time of looking it up.
 */
const MOST_READ = 4;

/** A SQL function without its signature. It tells whether a table has few rows between the first and last key of a part. */
const hasFewRows = (rowsOfPart: string, rowsOfTable: string): string => `
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RETURN (
        SELECT count(*) <= ${MOST_READ} * ${rowsOfPart}
        FROM (SELECT ${rowsOfTable} LIMIT ${MOST_READ} * ${rowsOfPart} + 1) AS r);
    END
    $$;`;

/** One part, as statements that write its rows to a table. */
interface PartStatements {
  /** How many rows it has. */
  readonly rows: string;
  /** Adds to the rows that exist. */
  readonly update: string;
  /** Inserts the others. */
  readonly insert: string;
}

/**
 * A SQL function without its signature. It writes a part and waits for no other commit, since rows are not locked in the
 * order of their keys. If another commit holds any of these rows, or inserts one meanwhile, all is undone and the function
 * returns false. The planner knows little of the rows of the table, since most of them are new: it is to read them in order.
 */
const withoutWaiting = ({ rows, update, insert }: PartStatements): string => `
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms'
    SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
    DECLARE
      updated integer;
      inserted integer;
    BEGIN
      ${update};
      GET DIAGNOSTICS updated = ROW_COUNT;
      ${insert};
      GET DIAGNOSTICS inserted = ROW_COUNT;
      -- A row that was committed between the two statements was neither updated nor inserted.
      IF updated + inserted <> ${rows} THEN
        RAISE lock_not_available;
      END IF;
      RETURN true;
    EXCEPTION WHEN unique_violation OR lock_not_available THEN
      RETURN false;
    END
    $$;`;

/** The rows that a table has between the first and the last key of a part. */
const ROWS_OF_WINDOW = `FROM public.bytes AS b
        WHERE b."timestamp" = p_window AND b.type = p_type AND b.id BETWEEN p_ids[1] AND p_ids[cardinality(p_ids)]`;
const ROWS_OF_HOUR = `FROM pipeline.user_hour_usage AS u
        WHERE u.hour = p_hour AND u.id BETWEEN p_users[1] AND p_users[cardinality(p_users)]`;

/** The rows of a part, from the arrays that are a function's parameters. */
const WINDOW_PART = '(SELECT unnest(p_ids) AS id, unnest(p_values) AS value) AS d';
const HOUR_PART = '(SELECT unnest(p_users) AS id, unnest(p_usages) AS usage, unnest(p_latest_ms) AS latest_ms) AS d';

/**
 * A commit of the totals sink that is too large for one call: it is stored in parts first (docs/commit-protocol.md, "Large
 * commits"). Such a commit usually has most of the rows of its windows. So a part is joined with the rows of the table
 * between its first and its last key, which is faster than looking up each row by index.
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

    -- Whether a part of one window and type may be joined with the rows of the table in its range.
    CREATE OR REPLACE FUNCTION pipeline.is_dense_in_window(p_window timestamp, p_type text, p_ids text[]) RETURNS boolean
    ${hasFewRows('cardinality(p_ids)', ROWS_OF_WINDOW)}

    -- Likewise of a part of one hour.
    CREATE OR REPLACE FUNCTION pipeline.is_dense_in_hour(p_hour timestamp, p_users text[]) RETURNS boolean
    ${hasFewRows('cardinality(p_users)', ROWS_OF_HOUR)}

    -- Adds sums of one window and type without waiting for another commit.
    -- @returns whether they were added.
    CREATE OR REPLACE FUNCTION pipeline.add_to_window(
      p_window timestamp, p_type text, p_ids text[], p_values bigint[]
    ) RETURNS boolean
    ${withoutWaiting({
      rows: 'cardinality(p_ids)',
      update: `UPDATE public.bytes AS b SET value = b.value + d.value
      FROM ${WINDOW_PART}
      WHERE b."timestamp" = p_window AND b.type = p_type AND b.id = d.id
        AND b.id BETWEEN p_ids[1] AND p_ids[cardinality(p_ids)]`,
      insert: `INSERT INTO public.bytes ("timestamp", type, id, value)
      SELECT p_window, p_type, d.id, d.value
      FROM ${WINDOW_PART}
      WHERE NOT EXISTS (SELECT ${ROWS_OF_WINDOW} AND b.id = d.id)`,
    })}

    -- Likewise usages of users in one hour.
    CREATE OR REPLACE FUNCTION pipeline.add_to_user_hour(
      p_hour timestamp, p_users text[], p_usages bigint[], p_latest_ms bigint[]
    ) RETURNS boolean
    ${withoutWaiting({
      rows: 'cardinality(p_users)',
      update: `UPDATE pipeline.user_hour_usage AS u SET
        usage = u.usage + d.usage, latest_event_time = greatest(u.latest_event_time, pipeline.utc(d.latest_ms))
      FROM ${HOUR_PART}
      WHERE u.hour = p_hour AND u.id = d.id AND u.id BETWEEN p_users[1] AND p_users[cardinality(p_users)]`,
      insert: `INSERT INTO pipeline.user_hour_usage (hour, id, usage, latest_event_time)
      SELECT p_hour, d.id, d.usage, pipeline.utc(d.latest_ms)
      FROM ${HOUR_PART}
      WHERE NOT EXISTS (SELECT ${ROWS_OF_HOUR} AND u.id = d.id)`,
    })}

    -- The users of one hour who are near or over their quotas, with the quotas of this moment; NULL if there are none. The
    -- rows of the hour and the quotas are read in the order of the users if most of them are asked for.
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
      -- No other commit was in the way so far.
      is_alone boolean := true;
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
        is_alone := pipeline.add_staged_windows(part.window_ms, part.types, part.ids, part.sums, floor_ms, is_alone);
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
        FROM pipeline.add_staged_hours(part.hour_ms, part.users, part.usages, part.latest_ms, floor_ms, is_alone);
        is_alone := found.is_alone;
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

    -- Adds one part of the windows. Where another commit was in the way of an earlier part, it goes in order at once.
    -- @returns whether no other commit was in the way, of this part and of earlier ones.
    CREATE OR REPLACE FUNCTION pipeline.add_staged_windows(
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[], p_floor_ms bigint, p_is_alone boolean
    ) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      last integer := cardinality(p_window_ms);
      the_window timestamp := pipeline.utc(p_window_ms[1]);
      is_one boolean := p_window_ms[1] = p_window_ms[last] AND p_types[1] = p_types[last] AND p_window_ms[1] >= p_floor_ms;
      is_alone boolean := p_is_alone;
    BEGIN
      IF is_one AND is_alone AND pipeline.is_dense_in_window(the_window, p_types[1], p_ids) THEN
        is_alone := pipeline.add_to_window(the_window, p_types[1], p_ids, p_values);
        IF is_alone THEN
          RETURN true;
        END IF;
      END IF;
      PERFORM pipeline.add_windows(p_window_ms, p_types, p_ids, p_values, p_floor_ms);
      RETURN is_alone;
    END
    $$;

    -- Adds one part of the hours of users, likewise, and finds the users who are near or over their quotas.
    CREATE OR REPLACE FUNCTION pipeline.add_staged_hours(
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[], p_floor_ms bigint, p_is_alone boolean,
      OUT is_alone boolean,
      OUT hours timestamp[], OUT ids text[], OUT used bigint[], OUT quotas bigint[], OUT event_times timestamp[]
    )
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      the_hour timestamp := pipeline.utc(p_hour_ms[1]);
      is_one boolean := p_hour_ms[1] = p_hour_ms[cardinality(p_hour_ms)] AND p_hour_ms[1] >= p_floor_ms;
    BEGIN
      is_alone := p_is_alone;
      IF is_one AND is_alone AND pipeline.is_dense_in_hour(the_hour, p_users) THEN
        is_alone := pipeline.add_to_user_hour(the_hour, p_users, p_usages, p_latest_ms);
        IF is_alone THEN
          SELECT * INTO hours, ids, used, quotas, event_times FROM pipeline.users_near_quota(the_hour, p_users);
          RETURN;
        END IF;
      END IF;
      SELECT * INTO hours, ids, used, quotas, event_times
      FROM pipeline.add_user_hours(p_hour_ms, p_users, p_usages, p_latest_ms, p_floor_ms);
    END
    $$;
  `,
};
