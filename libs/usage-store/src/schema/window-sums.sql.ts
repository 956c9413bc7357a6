import { hasFewRows, MOST_READ, READS_NEWEST, ROWS_OF_RUN, withoutWaiting } from './runs.sql.ts';
import type { SchemaFamily } from './schema-family.ts';

/** Inserts the sums of the windows at or after the retention floor, in the order of the arrays. */
const INSERT_SUMS = `INSERT INTO public.bytes ("timestamp", type, id, value)
      SELECT pipeline.utc(d.window_ms), d.type, d.id, d.value
      FROM (
        SELECT unnest(p_window_ms) AS window_ms, unnest(p_types) AS type, unnest(p_ids) AS id, unnest(p_values) AS value
      ) AS d
      WHERE d.window_ms >= p_floor_ms`;

/** A run as a table of rows, made of the arrays that a function takes as its parameters. */
const WINDOW_RUN = '(SELECT unnest(p_ids) AS id, unnest(p_values) AS value) AS d';

/**
 * The condition under which a row of the table and one of the run `d` have the same key. With the bounds, the planner can read
 * the table in the order of its index.
 */
const ROW_OF_WINDOW =
  'b."timestamp" = p_window AND b.type = p_type AND b.id BETWEEN first_id AND last_id AND b.id = d.id';

/** Adds the sums of a commit to the rows of `bytes`. */
export const windowSums: SchemaFamily = {
  name: 'window-sums',
  sql: `
    -- Adds sums to the rows of the windows at or after the retention floor. The arrays are sorted by the primary key. A body in SQL would be
    -- bound to the table instead of its name, and its declaration would lock the table as a writer until the end of the
    -- provisioner's transaction.
    CREATE OR REPLACE FUNCTION pipeline.add_to_windows(
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[], p_floor_ms bigint
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      ${INSERT_SUMS}
      ON CONFLICT ("timestamp", type, id) DO UPDATE SET value = bytes.value + excluded.value;
    END
    $$;

    -- Does the same for windows that had no row a moment ago. A plain INSERT takes half of the time of one with ON CONFLICT.
    -- If another commit has begun one of these windows meanwhile, one of the first rows of the window fails: its antennas
    -- and apps come before the users.
    CREATE OR REPLACE FUNCTION pipeline.begin_windows(
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[], p_floor_ms bigint
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      ${INSERT_SUMS};
    EXCEPTION WHEN unique_violation THEN
      PERFORM pipeline.add_to_windows(p_window_ms, p_types, p_ids, p_values, p_floor_ms);
    END
    $$;

    -- The start of the newest window with rows between two windows, in milliseconds; NULL if none has rows. The greatest
    -- event time of the topic does not tell it: it stays in the future for ever after one event of a clock that was ahead.
    -- The look-up leaves out the partitions below the floor, which a removal may have locked. It reads one row of an index:
    -- statistics that are older than the window promise no row in it, so that the planner would as soon read all.
    CREATE OR REPLACE FUNCTION pipeline.newest_window_ms(p_first_ms bigint, p_last_ms bigint, p_floor_ms bigint)
    RETURNS bigint
    ${READS_NEWEST} AS $$
    BEGIN
      RETURN (
        SELECT pipeline.epoch_ms(b."timestamp") FROM public.bytes AS b
        WHERE b."timestamp" BETWEEN pipeline.utc(greatest(p_first_ms, p_floor_ms)) AND pipeline.utc(p_last_ms)
        ORDER BY b."timestamp" DESC
        LIMIT 1);
    END
    $$;

    -- Whether a run of one window and type may be joined with the rows of the table in its range.
    CREATE OR REPLACE FUNCTION pipeline.is_dense_in_window(p_window timestamp, p_type text, p_ids text[]) RETURNS boolean
    ${hasFewRows('p_ids', 'FROM public.bytes AS b WHERE b."timestamp" = p_window AND b.type = p_type AND b.id', MOST_READ.rows)}

    -- Adds sums of one window and type without waiting for another commit.
    CREATE OR REPLACE FUNCTION pipeline.add_run_to_window(
      p_window timestamp, p_type text, p_ids text[], p_values bigint[],
      OUT is_added boolean
    )
    ${withoutWaiting({
      ids: 'p_ids',
      update: `
      UPDATE public.bytes AS b SET value = b.value + d.value
      FROM ${WINDOW_RUN}
      WHERE ${ROW_OF_WINDOW};
      GET DIAGNOSTICS updated = ROW_COUNT`,
      insert: `
      INSERT INTO public.bytes ("timestamp", type, id, value)
      SELECT p_window, p_type, d.id, d.value
      FROM ${WINDOW_RUN}
      WHERE NOT EXISTS (SELECT FROM public.bytes AS b WHERE ${ROW_OF_WINDOW});
      GET DIAGNOSTICS inserted = ROW_COUNT`,
    })}

    -- Adds sums to windows that may have rows: by a join if they are a run, otherwise in order.
    -- @param p_may_join whether a run may be joined. Once another commit was in the way, all later ones go in order.
    -- @returns whether later runs of the commit may be joined.
    CREATE OR REPLACE FUNCTION pipeline.add_to_known_windows(
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[], p_floor_ms bigint, p_may_join boolean
    ) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      last_row integer := cardinality(p_window_ms);
      the_window timestamp := pipeline.utc(p_window_ms[1]);
      is_run boolean := last_row >= ${ROWS_OF_RUN.least} AND p_window_ms[1] = p_window_ms[last_row]
        AND p_types[1] = p_types[last_row] AND p_window_ms[1] >= p_floor_ms;
      may_join boolean := p_may_join;
    BEGIN
      IF is_run AND may_join AND pipeline.has_ids_in_order('public.bytes')
        AND pipeline.is_dense_in_window(the_window, p_types[1], p_ids) THEN
        may_join := pipeline.add_run_to_window(the_window, p_types[1], p_ids, p_values);
        IF may_join THEN
          RETURN true;
        END IF;
      END IF;
      PERFORM pipeline.add_to_windows(p_window_ms, p_types, p_ids, p_values, p_floor_ms);
      RETURN may_join;
    END
    $$;

    -- Adds sums to windows, sorted by the primary key. The rows of windows after the newest that has rows are inserted plainly.
    -- @param p_may_join and @returns as add_to_known_windows.
    CREATE OR REPLACE FUNCTION pipeline.add_windows(
      p_window_ms bigint[], p_types text[], p_ids text[], p_values bigint[], p_floor_ms bigint, p_may_join boolean
    ) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      may_join boolean := p_may_join;
      -- How many of the rows are of windows up to the newest that has rows.
      known_rows integer := 0;
      first_row integer := 1;
      last_row integer;
    BEGIN
      IF cardinality(p_window_ms) > 0 THEN
        known_rows := coalesce(width_bucket(
          pipeline.newest_window_ms(p_window_ms[1], p_window_ms[cardinality(p_window_ms)], p_floor_ms), p_window_ms), 0);
      END IF;
      FOREACH last_row IN ARRAY pipeline.ends_of_slices(may_join, p_window_ms[:known_rows], p_types[:known_rows]) LOOP
        may_join := pipeline.add_to_known_windows(p_window_ms[first_row:last_row], p_types[first_row:last_row],
          p_ids[first_row:last_row], p_values[first_row:last_row], p_floor_ms, may_join);
        first_row := last_row + 1;
      END LOOP;
      IF known_rows < cardinality(p_window_ms) THEN
        PERFORM pipeline.begin_windows(p_window_ms[known_rows + 1:], p_types[known_rows + 1:], p_ids[known_rows + 1:],
          p_values[known_rows + 1:], p_floor_ms);
      END IF;
      RETURN may_join;
    END
    $$;
  `,
};
