import type { SchemaFamily } from './schema-family.ts';

/**
 * The rows of a part are joined with those of the table between its first and its last one, if these are at most so many
 * times its own. Reading a row in order takes a tenth of the time of looking it up, and a quota in its index still less.
 */
export const MOST_READ = { rows: 4, quotas: 16 };

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
export const hasFewRows = (idsOfPart: string, rowsOfTable: string, most: number): string => `
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
export const withoutWaiting = ({ ids, update, insert }: PartStatements): string => `
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

/** From so many rows on, a join is faster than ON CONFLICT, although it is planned for these rows alone. */
export const LEAST_ROWS = 2000;

/**
 * Parts: many rows of one window and type, or of one hour, that are written at once. A part is joined with the rows of the
 * table between its first and its last key, which is faster than looking up each row by index.
 */
export const parts: SchemaFamily = {
  name: 'parts',
  sql: `
    -- Divides sorted rows: many rows of one key and type are a part of their own, all rows between two of these another one.
    -- @returns the number of the last row of each part, in order.
    CREATE OR REPLACE FUNCTION pipeline.ends_of_parts(p_keys bigint[], p_types text[] DEFAULT NULL) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      ends integer[] := '{}';
      -- Rows up to here are in parts.
      divided integer := 0;
      next_row integer := 1;
      last_row integer;
    BEGIN
      WHILE next_row <= cardinality(p_keys) LOOP
        last_row := width_bucket(p_keys[next_row], p_keys);
        -- Types are looked at only where there are many rows: a slice is copied.
        IF last_row - next_row + 1 >= ${LEAST_ROWS} THEN
          last_row := coalesce(next_row - 1 + width_bucket(p_types[next_row], p_types[next_row:last_row]), last_row);
          IF last_row - next_row + 1 >= ${LEAST_ROWS} THEN
            IF divided < next_row - 1 THEN
              ends := ends || (next_row - 1);
            END IF;
            ends := ends || last_row;
            divided := last_row;
          END IF;
        END IF;
        next_row := last_row + 1;
      END LOOP;
      IF divided < cardinality(p_keys) THEN
        ends := ends || cardinality(p_keys);
      END IF;
      RETURN ends;
    END
    $$;
  `,
};
