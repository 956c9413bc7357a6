import type { SchemaFamily } from './schema-family.ts';

/**
 * The rows of a part are joined with those of the table between its first and its last one, if these are at most so many
 * times its own. Reading a row in order takes a tenth of the time of looking it up, and a quota in its index still less.
 */
const MOST_READ = { rows: 4, quotas: 16 };

/**
 * So many rows of a part tell. Where they mislead, only time is lost: the ranges of parts do not overlap, so that a commit
 * reads each row of the table once at most.
 */
const SAMPLE = 1000;

/**
 * A SQL function without its signature. It tells whether a table has few rows between the first and last key of a part.
 * @param idsOfPart the function's parameter with the ids of the part, sorted.
 * @param rowsOfTable a FROM clause of the table that ends with the column of these ids, which is then bounded.
 * @param most the greatest number of rows of the table for each row of the part that counts as few.
 */
const hasFewRows = (idsOfPart: string, rowsOfTable: string, most: number): string => `
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      sampled integer := least(cardinality(${idsOfPart}), ${SAMPLE});
    BEGIN
      RETURN (
        SELECT count(*) <= ${most} * sampled
        FROM (
          SELECT ${rowsOfTable} BETWEEN ${idsOfPart}[1] AND ${idsOfPart}[sampled] LIMIT ${most} * sampled + 1
        ) AS r);
    END
    $$;`;

/** One part, as statements that write its rows to a table. */
interface PartStatements {
  /** The parameter that has the ids of the rows. */
  readonly ids: string;
  /** Adds to the rows that exist, and sets `updated` to their number. */
  readonly update: string;
  /** Inserts the others, and sets `inserted` to their number. */
  readonly insert: string;
}

/**
 * The body of a SQL function that writes a part and waits for no other commit, since rows are not locked in the order of
 * their keys. If another commit holds any of these rows, or inserts one meanwhile, all is undone, and `is_added` is false.
 * The planner knows little of the rows of the table, since most of them are new: it is to read them in order.
 */
const withoutWaiting = ({ ids, update, insert }: PartStatements): string => `
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms'
    SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
    DECLARE
      first_id text;
      last_id text;
      updated integer;
      inserted integer := 0;
    BEGIN
      -- By the order of the tables: JavaScript sorts a few characters in another one.
      SELECT min(d.id COLLATE "C"), max(d.id COLLATE "C") INTO first_id, last_id FROM unnest(${ids}) AS d (id);
      ${update};
      IF updated < cardinality(${ids}) THEN
        ${insert};
      END IF;
      -- A row that was committed between the two statements was neither updated nor inserted.
      IF updated + inserted <> cardinality(${ids}) THEN
        RAISE lock_not_available;
      END IF;
      is_added := true;
    EXCEPTION WHEN unique_violation OR lock_not_available THEN
      is_added := false;
    END
    $$;`;

/** The rows of a part, from the arrays that are a function's parameters. */
const WINDOW_PART = '(SELECT unnest(p_ids) AS id, unnest(p_values) AS value) AS d';
const HOUR_PART = '(SELECT unnest(p_users) AS id, unnest(p_usages) AS usage, unnest(p_latest_ms) AS latest_ms) AS d';

/** Joins the table with the part `d` by key. The bounds let the planner read the table in the order of its index. */
const ROW_OF_WINDOW =
  'b."timestamp" = p_window AND b.type = p_type AND b.id BETWEEN first_id AND last_id AND b.id = d.id';
const ROW_OF_HOUR = 'u.hour = p_hour AND u.id BETWEEN first_id AND last_id AND u.id = d.id';

/**
 * A statement that writes usages of users in one hour, and appends those of these users who have reached 80 % of their quotas
 * to the arrays that are the function's results.
 * @param write an INSERT into or UPDATE of pipeline.user_hour_usage AS u, without RETURNING.
 * @param written the variable that gets the number of rows written.
 */
const withQuotas = (write: string, written: string): string => `
      WITH written AS (
        ${write}
        RETURNING u.id, u.usage, u.latest_event_time
      )
      SELECT (SELECT count(*) FROM written), hours || array_agg(p_hour), ids || array_agg(w.id), used || array_agg(w.usage),
        quotas || array_agg(m.quota), event_times || array_agg(w.latest_event_time)
      INTO ${written}, hours, ids, used, quotas, event_times
      FROM written AS w
      JOIN public.user_metadata AS m ON m.id = w.id AND w.usage >= m.quota - m.quota / 5
      WHERE m.id BETWEEN first_id AND last_id`;

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
    ${hasFewRows('p_ids', 'FROM public.bytes AS b WHERE b."timestamp" = p_window AND b.type = p_type AND b.id', MOST_READ.rows)}

    -- Likewise of a part of one hour.
    CREATE OR REPLACE FUNCTION pipeline.is_dense_in_hour(p_hour timestamp, p_users text[]) RETURNS boolean
    ${hasFewRows('p_users', 'FROM pipeline.user_hour_usage AS u WHERE u.hour = p_hour AND u.id', MOST_READ.rows)}

    -- Likewise with all users, for their quotas.
    CREATE OR REPLACE FUNCTION pipeline.is_dense_in_users(p_users text[]) RETURNS boolean
    ${hasFewRows('p_users', 'FROM public.user_metadata AS m WHERE m.id', MOST_READ.quotas)}

    -- Whether the ids of all users are in the order of the other tables. A table that is older than the product may have them
    -- in the order of a language.
    CREATE OR REPLACE FUNCTION pipeline.has_users_in_order() RETURNS boolean
    LANGUAGE sql STABLE
    BEGIN ATOMIC
      SELECT a.attcollation = '"C"'::regcollation FROM pg_catalog.pg_attribute AS a
      WHERE a.attrelid = 'public.user_metadata'::regclass AND a.attname = 'id';
    END;

    -- Adds sums of one window and type without waiting for another commit.
    CREATE OR REPLACE FUNCTION pipeline.add_part_to_window(
      p_window timestamp, p_type text, p_ids text[], p_values bigint[],
      OUT is_added boolean
    )
    ${withoutWaiting({
      ids: 'p_ids',
      update: `
      UPDATE public.bytes AS b SET value = b.value + d.value
      FROM ${WINDOW_PART}
      WHERE ${ROW_OF_WINDOW};
      GET DIAGNOSTICS updated = ROW_COUNT`,
      insert: `
      INSERT INTO public.bytes ("timestamp", type, id, value)
      SELECT p_window, p_type, d.id, d.value
      FROM ${WINDOW_PART}
      WHERE NOT EXISTS (SELECT FROM public.bytes AS b WHERE ${ROW_OF_WINDOW});
      GET DIAGNOSTICS inserted = ROW_COUNT`,
    })}

    -- Likewise usages of users in one hour.
    -- @returns the users, too, who are near or over their quotas, with the quotas of this moment; NULL if there are none.
    CREATE OR REPLACE FUNCTION pipeline.add_part_to_hour(
      p_hour timestamp, p_users text[], p_usages bigint[], p_latest_ms bigint[],
      OUT is_added boolean,
      OUT hours timestamp[], OUT ids text[], OUT used bigint[], OUT quotas bigint[], OUT event_times timestamp[]
    )
    ${withoutWaiting({
      ids: 'p_users',
      update: withQuotas(
        `UPDATE pipeline.user_hour_usage AS u SET
          usage = u.usage + d.usage, latest_event_time = greatest(u.latest_event_time, pipeline.utc(d.latest_ms))
        FROM ${HOUR_PART}
        WHERE ${ROW_OF_HOUR}`,
        'updated',
      ),
      insert: withQuotas(
        `INSERT INTO pipeline.user_hour_usage AS u (hour, id, usage, latest_event_time)
        SELECT p_hour, d.id, d.usage, pipeline.utc(d.latest_ms)
        FROM ${HOUR_PART}
        WHERE NOT EXISTS (SELECT FROM pipeline.user_hour_usage AS u WHERE ${ROW_OF_HOUR})`,
        'inserted',
      ),
    })}

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
        is_alone := pipeline.add_part_to_window(the_window, p_types[1], p_ids, p_values);
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
      IF is_one AND is_alone AND pipeline.is_dense_in_hour(the_hour, p_users)
        AND pipeline.has_users_in_order() AND pipeline.is_dense_in_users(p_users) THEN
        SELECT * INTO is_alone, hours, ids, used, quotas, event_times
        FROM pipeline.add_part_to_hour(the_hour, p_users, p_usages, p_latest_ms);
        IF is_alone THEN
          RETURN;
        END IF;
      END IF;
      SELECT * INTO hours, ids, used, quotas, event_times
      FROM pipeline.add_user_hours(p_hour_ms, p_users, p_usages, p_latest_ms, p_floor_ms);
    END
    $$;
  `,
};
