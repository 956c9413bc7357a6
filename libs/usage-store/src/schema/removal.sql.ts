import type { SchemaFamily } from './schema-family.ts';

/** Removes rows below the retention floors, by whole partitions (docs/commit-protocol.md, "Retention"). */
export const removal: SchemaFamily = {
  name: 'removal',
  sql: `
    -- The partitions with rows below a floor: whole months, everything before the first month, and the part of the
    -- default partition that has no month. Rows of [first_time, past_time) are removed.
    CREATE OR REPLACE FUNCTION pipeline.partitions_below_floor(p_kind text) RETURNS TABLE (
      partition_name text, table_name text, parent text, time_column text, place text, first_time timestamp,
      past_time timestamp
    )
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      divided pipeline.partitioned_table;
      reached timestamp;
      has_rows boolean;
    BEGIN
      SELECT f.floor INTO STRICT reached FROM pipeline.retention_floor AS f WHERE f.kind = p_kind;
      FOR divided IN SELECT t.* FROM pipeline.partitioned_table AS t WHERE t.kind = p_kind ORDER BY t.name LOOP
        table_name := divided.name;
        parent := format('%I.%I', divided.schema, divided.name);
        time_column := divided.time_column;
        RETURN QUERY
          SELECT m.name, divided.name, format('%I.%I', divided.schema, divided.name), divided.time_column, 'month', m.month,
            m.month + interval '1 month'
          FROM (
            SELECT c.relname::text AS name, to_date(right(c.relname::text, 7), 'YYYY_MM')::timestamp AS month
            FROM pg_inherits AS i
            JOIN pg_class AS c ON c.oid = i.inhrelid
            WHERE i.inhparent = format('%I.%I', divided.schema, divided.name)::regclass
              AND c.relname ~ ('^' || divided.name || '_[0-9]{4}_[0-9]{2}$')
          ) AS m
          WHERE m.month + interval '1 month' <= reached
          ORDER BY m.month;
        IF reached >= divided.first_month THEN
          EXECUTE format('SELECT EXISTS (SELECT FROM pipeline.%I)', divided.name || '_before') INTO has_rows;
          IF has_rows THEN
            partition_name := divided.name || '_before';
            place := 'before';
            first_time := '-infinity';
            past_time := divided.first_month;
            RETURN NEXT;
          END IF;
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM pipeline.%I WHERE %I < $1)', divided.name || '_beyond', divided.time_column)
        INTO has_rows USING reached;
        IF has_rows THEN
          partition_name := divided.name || '_beyond';
          place := 'beyond';
          first_time := '-infinity';
          past_time := reached;
          RETURN NEXT;
        END IF;
      END LOOP;
    END
    $$;

    CREATE OR REPLACE FUNCTION pipeline.removable_partitions(p_version integer, p_kind text) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (SELECT coalesce(jsonb_agg(p.partition_name), '[]') FROM pipeline.partitions_below_floor(p_kind) AS p);
    END
    $$;

    -- Records the bytes that the hours of [p_first, p_past) have in a table, before their rows are removed; of the default
    -- partition only those of p_hours. The caller has an exclusive lock on the table, so no commit is under way. A
    -- repeated call for an hour replaces its number by that of all rows that were removed from bytes until then, or of
    -- the last result in bytes_hourly.
    CREATE OR REPLACE FUNCTION pipeline.record_removed(
      p_table text, p_first timestamp, p_past timestamp, p_hours timestamp[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF p_table = 'bytes' THEN
        INSERT INTO pipeline.removed_hour AS r (kind, hour, event_bytes)
        SELECT 'windows', c.hour, sum(c.event_bytes - coalesce(l.event_bytes, 0))
        FROM pipeline.counted_hour AS c
        LEFT JOIN pipeline.ledger_hour AS l USING (hour, topic, partition)
        WHERE c.hour >= p_first AND c.hour < p_past AND (p_hours IS NULL OR c.hour = ANY (p_hours))
        GROUP BY c.hour
        HAVING sum(c.event_bytes - coalesce(l.event_bytes, 0)) <> 0
        ON CONFLICT (kind, hour) DO UPDATE SET event_bytes = excluded.event_bytes
        WHERE r.event_bytes <> excluded.event_bytes;
      ELSIF p_table = 'bytes_hourly' THEN
        INSERT INTO pipeline.removed_hour AS r (kind, hour, event_bytes)
        SELECT 'hours', c.hour, l.event_bytes
        FROM pipeline.computed_hour AS c
        CROSS JOIN LATERAL pipeline.last_run(c.hour) AS l
        WHERE c.hour >= p_first AND c.hour < p_past AND (p_hours IS NULL OR c.hour = ANY (p_hours))
        ON CONFLICT (kind, hour) DO UPDATE SET event_bytes = excluded.event_bytes
        WHERE r.event_bytes <> excluded.event_bytes;
      END IF;
    END
    $$;

    -- Whether the removal holds a table against commits for more than moments: rows of the default partition are deleted
    -- one by one, and each hour of a table is recorded.
    CREATE OR REPLACE FUNCTION pipeline.is_long_removal(
      p_partition_name text, p_table text, p_time_column text, p_place text, p_first timestamp, p_past timestamp
    ) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      strays bigint := 0;
    BEGIN
      IF p_place = 'beyond' THEN
        EXECUTE format('SELECT count(*) FROM (SELECT FROM pipeline.%I WHERE %I < $1 LIMIT 10001) AS stray',
          p_partition_name, p_time_column) INTO strays USING p_past;
      END IF;
      RETURN strays > 10000 OR p_table = 'bytes' AND (
        SELECT count(*) > 100000 OR count(DISTINCT counted.hour) > 2000
        FROM (SELECT c.hour FROM pipeline.counted_hour AS c WHERE c.hour >= p_first AND c.hour < p_past LIMIT 100001) AS counted
      );
    END
    $$;

    -- Removes the rows of one partition that lie below its floor, and returns the outcome: 'removed', 'gone' (nothing is
    -- left to remove), 'long' (commits would wait for longer than moments; p_may_wait removes it all the same), or 'not
    -- summed' (an hour was computed meanwhile whose day has no stored sums yet). Raises 55P03 when another transaction
    -- uses the table for longer than 50 ms (5 s with p_may_wait): the caller tries again later.
    --
    -- Its lock excludes every commit. A commit locks the table before it reads the floor: those before this lock have
    -- ended, and those after it see the floor.
    CREATE OR REPLACE FUNCTION pipeline.remove_below_floor(p_version integer, p_partition text, p_may_wait boolean)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      part record;
      hours timestamp[];
    BEGIN
      PERFORM pipeline.require_version(p_version);
      PERFORM set_config('lock_timeout', CASE WHEN p_may_wait THEN '5s' ELSE '50ms' END, true);
      -- Excludes the makers of partitions, too.
      PERFORM pg_advisory_xact_lock(hashtext('pipeline.make_partition'));
      SELECT p.* INTO part
      FROM pipeline.retention_floor AS f
      CROSS JOIN LATERAL pipeline.partitions_below_floor(f.kind) AS p
      WHERE p.partition_name = p_partition;
      IF NOT FOUND THEN
        RETURN 'gone';
      END IF;
      IF NOT p_may_wait AND pipeline.is_long_removal(part.partition_name, part.table_name, part.time_column, part.place,
        part.first_time, part.past_time)
      THEN
        RETURN 'long';
      END IF;

      EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', part.parent);
      -- A transaction that ends releases its locks one by one, so the partitions may be locked for a moment longer.
      EXECUTE format('LOCK TABLE pipeline.%I, pipeline.%I IN ACCESS EXCLUSIVE MODE',
        part.partition_name, part.table_name || '_beyond');
      IF part.table_name = 'bytes_hourly' AND EXISTS (
        SELECT FROM pipeline.computed_hour AS c WHERE NOT c.is_in_day_sum AND c.hour >= part.first_time AND c.hour < part.past_time
      ) THEN
        RETURN 'not summed';
      END IF;
      IF part.place = 'beyond' THEN
        EXECUTE format('WITH deleted AS (DELETE FROM pipeline.%I WHERE %I < $1 RETURNING %I AS moment)
          SELECT array_agg(DISTINCT date_trunc(''hour'', moment)) FROM deleted',
          part.partition_name, part.time_column, part.time_column) INTO hours USING part.past_time;
      END IF;
      -- Without rows to delete (another transaction has deleted them before the lock) no hour is recorded.
      PERFORM pipeline.record_removed(part.table_name, part.first_time, part.past_time,
        CASE WHEN part.place = 'beyond' THEN coalesce(hours, '{}') END);
      IF part.place = 'month' THEN
        EXECUTE format('DROP TABLE pipeline.%I', part.partition_name);
      ELSIF part.place = 'before' THEN
        EXECUTE format('TRUNCATE pipeline.%I', part.partition_name);
      END IF;
      RETURN 'removed';
    END
    $$;
  `,
};
