import type { SchemaFamily } from './schema-family.ts';

/**
 * The rows of a run are joined with those of the table between its first and its last one, if these are at most so many
 * times its own. Reading a row in order takes a tenth of the time of looking it up, and a quota in its index still less.
 */
export const MOST_READ = { rows: 4, quotas: 16 };

/**
 * Some rows of a run tell: those of so many places, so many at each. Where they mislead, only time is lost: the ranges of runs do
 * not overlap, so that a commit reads each row of the table once at most.
 */
const SAMPLE = { places: 8, rows: 250 };

/**
 * A SQL function without its signature. It tells whether a table has few rows between the keys of a run of at least
 * `ROWS_OF_RUN.least` rows, at some places of it.
 * @param ids the function's parameter with the ids of the run, sorted.
 * @param rowsOfTable a FROM clause of the table that ends with the column of these ids, which is then bounded.
 * @param most the greatest number of rows of the table for each row of the run that counts as few.
 */
export const hasFewRows = (ids: string, rowsOfTable: string, most: number): string => `
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
    DECLARE
      before integer;
    BEGIN
      FOR place IN 0 .. ${SAMPLE.places - 1} LOOP
        before := place * (cardinality(${ids}) - ${SAMPLE.rows}) / ${SAMPLE.places - 1};
        IF (
          SELECT count(*) > ${most * SAMPLE.rows}
          FROM (
            SELECT ${rowsOfTable} BETWEEN ${ids}[before + 1] AND ${ids}[before + ${SAMPLE.rows}]
            LIMIT ${most * SAMPLE.rows + 1}
          ) AS r
        ) THEN
          RETURN false;
        END IF;
      END LOOP;
      RETURN true;
    END
    $$;`;

/**
 * The language and settings of a SQL function that looks up the newest row of a range. They leave the planner one plan: to read
 * an index backwards.
 */
export const READS_NEWEST = `LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    SET enable_sort = off SET enable_seqscan = off SET enable_bitmapscan = off`;

/** One run, as statements that write its rows to a table. */
interface RunStatements {
  /** The name of the function's array parameter with the ids of the run. */
  readonly ids: string;
  /** Adds to the rows that exist, and sets `updated` to their number. */
  readonly update: string;
  /** Inserts the others, and sets `inserted` to their number. */
  readonly insert: string;
}

/**
 * The body of a SQL function that writes a run and does not wait for another commit, since rows are not locked in the order of
 * their keys. If another commit holds any of these rows for more than a moment, or inserts one, all is undone, and `is_added` is
 * false.
 * The planner knows little of the rows of the table, since most of them are new: it is to read them in order.
 */
export const withoutWaiting = ({ ids, update, insert }: RunStatements): string => `
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

/**
 * The rows of a run. For fewer a join does not pay. If another commit is in the way of one of them, all are written once more:
 * more would take long.
 */
export const ROWS_OF_RUN = { least: 2_000, most: 65_536 };

/**
 * Runs: many successive rows of one window and type, or of one hour. A run is joined with the rows of the table between its
 * first and its last key, which is faster than looking up each row by index.
 */
export const runs: SchemaFamily = {
  name: 'runs',
  sql: `
    -- Divides sorted rows into slices: each run is one, and so are all rows between two runs. More than ${ROWS_OF_RUN.most} rows of
    -- one window and type, or of one hour, are several. A run has a sixteenth of all rows at least, since each slice of an array
    -- reads all of it. Without a join, all rows are one slice.
    -- @returns the number of the last row of each slice, in order.
    CREATE OR REPLACE FUNCTION pipeline.ends_of_slices(p_may_join boolean, p_keys bigint[], p_types text[] DEFAULT NULL)
    RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      rows constant integer := cardinality(p_keys);
      least_rows constant integer := greatest(${ROWS_OF_RUN.least}, rows / 16);
      ends integer[] := '{}';
      -- Rows up to here are in slices.
      divided integer := 0;
      first_row integer;
      last_of_key integer := 0;
      last_row integer;
    BEGIN
      -- A run that begins after the last key looked at has the row that is least_rows further on, or begins after it.
      WHILE p_may_join AND last_of_key + least_rows <= rows LOOP
        first_row := greatest(width_bucket(p_keys[last_of_key + least_rows] - 1, p_keys), last_of_key) + 1;
        last_of_key := width_bucket(p_keys[last_of_key + least_rows], p_keys);
        WHILE last_of_key - first_row + 1 >= least_rows LOOP
          last_row := coalesce(first_row - 1 + width_bucket(p_types[first_row], p_types[first_row:last_of_key]), last_of_key);
          IF last_row - first_row + 1 >= least_rows THEN
            IF divided < first_row - 1 THEN
              ends := ends || (first_row - 1);
            END IF;
            WHILE last_row - first_row + 1 > ${ROWS_OF_RUN.most} LOOP
              first_row := first_row + ${ROWS_OF_RUN.most};
              ends := ends || (first_row - 1);
            END LOOP;
            ends := ends || last_row;
            divided := last_row;
          END IF;
          first_row := last_row + 1;
        END LOOP;
      END LOOP;
      IF divided < rows THEN
        ends := ends || rows;
      END IF;
      RETURN ends;
    END
    $$;

    -- Whether the ids of a table are in the order of the tables that the provisioner makes. A table that is older than the
    -- product may have them in the order of a language.
    CREATE OR REPLACE FUNCTION pipeline.has_ids_in_order(p_table text) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      RETURN (
        SELECT a.attcollation = '"C"'::regcollation FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = to_regclass(p_table) AND a.attname = 'id');
    END
    $$;
  `,
};
