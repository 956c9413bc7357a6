import { hasFewRows, MOST_READ, READS_NEWEST, ROWS_OF_RUN, withoutWaiting } from './runs.sql.ts';
import type { SchemaFamily } from './schema-family.ts';

/**
 * Inserts the usages of users in the hours at or after the retention floor, in the order of the arrays, and finds the users who
 * are near or over their quotas.
 * @param onConflict the ON CONFLICT clause. Without one, a row that exists already fails the statement.
 */
const insertUsages = (onConflict: string): string => `WITH added AS (
        INSERT INTO pipeline.user_hour_usage AS u (hour, id, usage, latest_event_time)
        SELECT pipeline.utc(d.hour_ms), d.id, d.usage, pipeline.utc(d.latest_ms)
        FROM (
          SELECT unnest(p_hour_ms) AS hour_ms, unnest(p_users) AS id, unnest(p_usages) AS usage,
            unnest(p_latest_ms) AS latest_ms
        ) AS d
        WHERE d.hour_ms >= p_floor_ms
        ${onConflict}
        RETURNING u.hour, u.id, u.usage, u.latest_event_time
      )
      SELECT array_agg(a.hour), array_agg(a.id), array_agg(a.usage), array_agg(m.quota), array_agg(a.latest_event_time)
      INTO hours, ids, used, quotas, event_times
      FROM added AS a
      JOIN public.user_metadata AS m ON m.id = a.id AND a.usage >= m.quota - m.quota / 5;`;

/** The users who are near or over their quotas, as the result of a function. */
const NEAR_QUOTAS =
  'OUT hours timestamp[], OUT ids text[], OUT used bigint[], OUT quotas bigint[], OUT event_times timestamp[]';

/** The signature of a function that adds usages of users' hours. @param more parameters that it has besides. */
const addsUsages = (more = ''): string => `(
      p_hour_ms bigint[], p_users text[], p_usages bigint[], p_latest_ms bigint[], p_floor_ms bigint,${more}
      ${NEAR_QUOTAS}
    )
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp`;

/** Of a function that may join runs: whether it may, and whether later runs of the commit may be joined. */
const MAY_JOIN = `
      p_may_join boolean, OUT may_join boolean,`;

/** A run as a table of rows, made of the arrays that a function takes as its parameters. */
const HOUR_RUN = '(SELECT unnest(p_users) AS id, unnest(p_usages) AS usage, unnest(p_latest_ms) AS latest_ms) AS d';

/** The condition under which a row of the table and one of the run `d` have the same key. */
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

/** Adds the usages of a commit to users' hours, and finds the users who are near or over their quotas. */
export const userHours: SchemaFamily = {
  name: 'user-hours',
  sql: `
    -- Adds usages to users' hours.
    -- @returns the users who are near or over their quotas, with the quotas of this moment; NULL if there are none.
    CREATE OR REPLACE FUNCTION pipeline.add_to_user_hours${addsUsages()} AS $$
    BEGIN
      ${insertUsages(`ON CONFLICT (hour, id) DO UPDATE SET
          usage = u.usage + excluded.usage,
          latest_event_time = greatest(u.latest_event_time, excluded.latest_event_time)`)}
    END
    $$;

    -- Does the same for hours that had no row a moment ago, as begin_windows does for windows. If another commit has begun the hour
    -- meanwhile, one of the users of both fails, and all are written again.
    CREATE OR REPLACE FUNCTION pipeline.begin_user_hours${addsUsages()} AS $$
    BEGIN
      ${insertUsages('')}
    EXCEPTION WHEN unique_violation THEN
      SELECT * INTO hours, ids, used, quotas, event_times
      FROM pipeline.add_to_user_hours(p_hour_ms, p_users, p_usages, p_latest_ms, p_floor_ms);
    END
    $$;

    -- The start of the newest hour with rows between two hours, in milliseconds; NULL if none has rows. See newest_window_ms.
    CREATE OR REPLACE FUNCTION pipeline.newest_hour_ms(p_first_ms bigint, p_last_ms bigint, p_floor_ms bigint)
    RETURNS bigint
    ${READS_NEWEST} AS $$
    BEGIN
      RETURN (
        SELECT pipeline.epoch_ms(u.hour) FROM pipeline.user_hour_usage AS u
        WHERE u.hour BETWEEN pipeline.utc(greatest(p_first_ms, p_floor_ms)) AND pipeline.utc(p_last_ms)
        ORDER BY u.hour DESC
        LIMIT 1);
    END
    $$;

    -- Whether a run of one hour may be joined with the rows of the table in its range.
    CREATE OR REPLACE FUNCTION pipeline.is_dense_in_hour(p_hour timestamp, p_users text[]) RETURNS boolean
    ${hasFewRows('p_users', 'FROM pipeline.user_hour_usage AS u WHERE u.hour = p_hour AND u.id', MOST_READ.rows)}

    -- Likewise with all users, for their quotas.
    CREATE OR REPLACE FUNCTION pipeline.is_dense_in_users(p_users text[]) RETURNS boolean
    ${hasFewRows('p_users', 'FROM public.user_metadata AS m WHERE m.id', MOST_READ.quotas)}

    -- Adds usages of users in one hour without waiting for another commit.
    -- @returns the users, too, who are near or over their quotas, with the quotas of this moment; NULL if there are none.
    CREATE OR REPLACE FUNCTION pipeline.add_run_to_hour(
      p_hour timestamp, p_users text[], p_usages bigint[], p_latest_ms bigint[],
      OUT is_added boolean,
      ${NEAR_QUOTAS}
    )
    ${withoutWaiting({
      ids: 'p_users',
      update: withQuotas(
        `UPDATE pipeline.user_hour_usage AS u SET
          usage = u.usage + d.usage, latest_event_time = greatest(u.latest_event_time, pipeline.utc(d.latest_ms))
        FROM ${HOUR_RUN}
        WHERE ${ROW_OF_HOUR}`,
        'updated',
      ),
      insert: withQuotas(
        `INSERT INTO pipeline.user_hour_usage AS u (hour, id, usage, latest_event_time)
        SELECT p_hour, d.id, d.usage, pipeline.utc(d.latest_ms)
        FROM ${HOUR_RUN}
        WHERE NOT EXISTS (SELECT FROM pipeline.user_hour_usage AS u WHERE ${ROW_OF_HOUR})`,
        'inserted',
      ),
    })}

    -- Adds usages to hours that may have rows, as add_to_known_windows does sums to windows.
    CREATE OR REPLACE FUNCTION pipeline.add_to_known_hours${addsUsages(MAY_JOIN)} AS $$
    DECLARE
      the_hour timestamp := pipeline.utc(p_hour_ms[1]);
      last_row integer := cardinality(p_hour_ms);
      is_run boolean := last_row >= ${ROWS_OF_RUN.least} AND p_hour_ms[1] = p_hour_ms[last_row] AND p_hour_ms[1] >= p_floor_ms;
    BEGIN
      may_join := p_may_join;
      IF is_run AND may_join AND pipeline.has_ids_in_order('public.user_metadata')
        AND pipeline.is_dense_in_hour(the_hour, p_users) AND pipeline.is_dense_in_users(p_users) THEN
        SELECT * INTO may_join, hours, ids, used, quotas, event_times
        FROM pipeline.add_run_to_hour(the_hour, p_users, p_usages, p_latest_ms);
        IF may_join THEN
          RETURN;
        END IF;
      END IF;
      SELECT * INTO hours, ids, used, quotas, event_times
      FROM pipeline.add_to_user_hours(p_hour_ms, p_users, p_usages, p_latest_ms, p_floor_ms);
    END
    $$;

    -- Adds usages to users' hours, sorted by hour and user, as add_windows does sums to windows.
    -- @returns the users, too, who are near or over their quotas, with the quotas of this moment; NULL if there are none.
    CREATE OR REPLACE FUNCTION pipeline.add_user_hours${addsUsages(MAY_JOIN)} AS $$
    DECLARE
      -- How many of the rows are of hours up to the newest that has rows.
      known_rows integer := 0;
      ends integer[];
      first_row integer := 1;
      last_row integer;
      added record;
    BEGIN
      may_join := p_may_join;
      IF cardinality(p_hour_ms) > 0 THEN
        known_rows := coalesce(width_bucket(
          pipeline.newest_hour_ms(p_hour_ms[1], p_hour_ms[cardinality(p_hour_ms)], p_floor_ms), p_hour_ms), 0);
      END IF;
      ends := pipeline.ends_of_slices(may_join, p_hour_ms[:known_rows]);
      IF known_rows < cardinality(p_hour_ms) THEN
        ends := ends || cardinality(p_hour_ms);
      END IF;
      FOREACH last_row IN ARRAY ends LOOP
        IF first_row <= known_rows THEN
          SELECT * INTO added
          FROM pipeline.add_to_known_hours(p_hour_ms[first_row:last_row], p_users[first_row:last_row],
            p_usages[first_row:last_row], p_latest_ms[first_row:last_row], p_floor_ms, may_join);
          may_join := added.may_join;
        ELSE
          SELECT * INTO added
          FROM pipeline.begin_user_hours(p_hour_ms[first_row:], p_users[first_row:], p_usages[first_row:],
            p_latest_ms[first_row:], p_floor_ms);
        END IF;
        hours := hours || added.hours;
        ids := ids || added.ids;
        used := used || added.used;
        quotas := quotas || added.quotas;
        event_times := event_times || added.event_times;
        first_row := last_row + 1;
      END LOOP;
    END
    $$;
  `,
};
