import type { SchemaFamily } from './schema-family.ts';

/**
 * The monthly partitions of the tables that grow with time (docs/decisions/0019-partitions.md). Partitions are created
 * ahead, so that no commit waits for a creation; a row of a month without a partition goes into the default partition.
 */
export const partitions: SchemaFamily = {
  name: 'partitions',
  sql: `
    -- The months without a partition, from the previous month to three months ahead, the nearest first. A month below
    -- the retention floor gets none.
    CREATE OR REPLACE FUNCTION pipeline.missing_partitions() RETURNS TABLE (
      table_name text, parent text, time_column text, fillfactor integer, month timestamp, partition_name text
    )
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT t.name, format('%I.%I', t.schema, t.name), t.time_column, t.fillfactor, m.month, n.partition_name
      FROM pipeline.partitioned_table AS t
      JOIN pipeline.retention_floor AS f USING (kind)
      CROSS JOIN generate_series(
        date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') - interval '1 month',
        date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + interval '3 months', interval '1 month'
      ) AS m (month)
      CROSS JOIN LATERAL (SELECT t.name || to_char(m.month, '_YYYY_MM') AS partition_name) AS n
      WHERE m.month >= greatest(t.first_month, f.floor) AND to_regclass(format('pipeline.%I', n.partition_name)) IS NULL
      ORDER BY m.month, t.name;
    END;

    -- Makes one missing partition and moves the rows of its month there from the default partition. Returns
    -- {made, kept}: the name of the partition, and the partitions that were not made because the default partition has
    -- too many rows; p_may_block makes them all the same. Raises 55P03 when a lock is not free within 100 ms (5 s with
    -- p_may_block), since commits wait meanwhile: the caller tries again later.
    --
    -- Postgres reads the whole default partition when another one is attached, and nothing can be written to the default
    -- partition until the end of the transaction; commits of months with a partition go on. If rows have to move, every
    -- commit waits: one that has planned already would look for them in the default partition. The table is locked before
    -- the default partition, in the order of its writers.
    CREATE OR REPLACE FUNCTION pipeline.make_partition(p_version integer, p_may_block boolean) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      missing record;
      beyond text;
      strays bigint;
      kept text[] := '{}';
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM set_config('lock_timeout', CASE WHEN p_may_block THEN '5s' ELSE '100ms' END, true);
      PERFORM pg_advisory_xact_lock(hashtext('pipeline.make_partition'));
      FOR missing IN SELECT * FROM pipeline.missing_partitions() LOOP
        beyond := missing.table_name || '_beyond';
        EXECUTE format('SELECT count(*) FROM (SELECT FROM pipeline.%I WHERE %I >= $1 AND %I < $2 LIMIT 10001) AS stray',
          beyond, missing.time_column, missing.time_column)
        INTO strays USING missing.month, missing.month + interval '1 month';
        IF NOT p_may_block AND (strays > 10000 OR pg_table_size(format('pipeline.%I', beyond)::regclass) > 16777216) THEN
          kept := kept || missing.partition_name;
          CONTINUE;
        END IF;
        EXECUTE format('CREATE TABLE pipeline.%I (LIKE %s INCLUDING ALL) WITH (fillfactor = %s)',
          missing.partition_name, missing.parent, missing.fillfactor);
        EXECUTE format('LOCK TABLE ONLY %s IN %s MODE', missing.parent,
          CASE WHEN strays > 0 THEN 'SHARE ROW EXCLUSIVE' ELSE 'SHARE UPDATE EXCLUSIVE' END);
        EXECUTE format('LOCK TABLE pipeline.%I IN ACCESS EXCLUSIVE MODE', beyond);
        IF strays > 0 THEN
          EXECUTE format('WITH moved AS (DELETE FROM pipeline.%I WHERE %I >= $1 AND %I < $2 RETURNING *)
            INSERT INTO pipeline.%I SELECT * FROM moved',
            beyond, missing.time_column, missing.time_column, missing.partition_name)
          USING missing.month, missing.month + interval '1 month';
        END IF;
        -- Fails (23514) if a row of the month has come to the default partition since the count above.
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION pipeline.%I FOR VALUES FROM (%L) TO (%L)',
          missing.parent, missing.partition_name, missing.month, missing.month + interval '1 month');
        RETURN jsonb_build_object('made', missing.partition_name, 'kept', kept);
      END LOOP;
      RETURN jsonb_build_object('made', NULL, 'kept', kept);
    END
    $$;

    -- Updates the planner's statistics of the tables as a whole, which autovacuum keeps of partitions only. It reads a
    -- sample, and no commit waits. Before Postgres 18, it would read every partition again and is left out.
    CREATE OR REPLACE FUNCTION pipeline.analyze_divided_tables(p_version integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms' AS $$
    DECLARE
      divided pipeline.partitioned_table;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      IF current_setting('server_version_num')::integer < 180000 THEN
        RETURN;
      END IF;
      FOR divided IN SELECT t.* FROM pipeline.partitioned_table AS t ORDER BY t.name LOOP
        EXECUTE format('ANALYZE ONLY %I.%I', divided.schema, divided.name);
      END LOOP;
    END
    $$;
  `,
};
