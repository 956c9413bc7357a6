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
    -- partition only those of p_hours. Returns the number of hours whose record it made or changed. A repeated call for an
    -- hour replaces its number by that of all rows that were removed from bytes until then, or of the last result in
    -- bytes_hourly.
    CREATE OR REPLACE FUNCTION pipeline.record_removed_hours(
      p_table text, p_first timestamp, p_past timestamp, p_hours timestamp[]
    ) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      recorded bigint := 0;
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
        GET DIAGNOSTICS recorded = ROW_COUNT;
      ELSIF p_table = 'bytes_hourly' THEN
        INSERT INTO pipeline.removed_hour AS r (kind, hour, event_bytes)
        SELECT 'hours', c.hour, l.event_bytes
        FROM pipeline.computed_hour AS c
        CROSS JOIN LATERAL pipeline.last_run(c.hour) AS l
        WHERE c.hour >= p_first AND c.hour < p_past AND (p_hours IS NULL OR c.hour = ANY (p_hours))
        ON CONFLICT (kind, hour) DO UPDATE SET event_bytes = excluded.event_bytes
        WHERE r.event_bytes <> excluded.event_bytes;
        GET DIAGNOSTICS recorded = ROW_COUNT;
      END IF;
      RETURN recorded;
    END
    $$;

    -- Waits until every transaction has ended that has written something or uses a snapshot at this moment, for 5 s at most,
    -- and returns whether it has. It holds no lock on a table meanwhile. A vacuum reads no snapshot, and may take hours.
    CREATE OR REPLACE FUNCTION pipeline.wait_for_older_transactions() RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      older constant text[] := array(
        SELECT l.virtualtransaction
        FROM pg_stat_activity AS a
        JOIN pg_locks AS l ON l.pid = a.pid AND l.locktype = 'virtualxid' AND l.granted
        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
          AND (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL)
          AND a.pid NOT IN (SELECT v.pid FROM pg_stat_progress_vacuum AS v)
      );
      ending constant timestamptz := clock_timestamp() + interval '5 seconds';
    BEGIN
      WHILE EXISTS (
        SELECT FROM pg_locks AS l WHERE l.locktype = 'virtualxid' AND l.granted AND l.virtualtransaction = ANY (older)
      ) LOOP
        IF clock_timestamp() >= ending THEN
          RETURN false;
        END IF;
        PERFORM pg_sleep(0.05);
      END LOOP;
      RETURN true;
    END
    $$;

    -- Drops an empty partition below the floor. Its lock on the table waits for every commit under way, and every later
    -- commit waits behind it: it is given up after 120 ms (5 s with p_may_wait), and so are those on the partitions after
    -- 20 ms each, which a transaction that ends may hold for a moment longer. Returns 'emptied' if it was not free: an empty
    -- partition does no harm.
    CREATE OR REPLACE FUNCTION pipeline.drop_emptied(
      p_partition_name text, p_table text, p_parent text, p_may_wait boolean
    ) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      patience integer;
      has_rows boolean;
    BEGIN
      FOREACH patience IN ARRAY CASE WHEN p_may_wait THEN ARRAY[5000] ELSE ARRAY[40, 80, 120] END LOOP
        BEGIN
          PERFORM set_config('lock_timeout', patience || 'ms', true);
          EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', p_parent);
          PERFORM set_config('lock_timeout', '20ms', true);
          EXECUTE format('LOCK TABLE pipeline.%I, pipeline.%I IN ACCESS EXCLUSIVE MODE', p_partition_name, p_table || '_beyond');
          EXECUTE format('SELECT EXISTS (SELECT FROM pipeline.%I)', p_partition_name) INTO has_rows;
          IF has_rows THEN
            RETURN 'busy';
          END IF;
          EXECUTE format('DROP TABLE pipeline.%I', p_partition_name);
          RETURN 'removed';
        EXCEPTION WHEN lock_not_available THEN
          PERFORM pg_sleep(0.2);
        END;
      END LOOP;
      RETURN 'emptied';
    END
    $$;

    -- Does the next step of the removal of the rows of one partition that lie below its floor (docs/commit-protocol.md,
    -- "Retention"), and returns what it has done: 'recorded' (the bytes of the hours, whose rows no comparison reads from
    -- now on), 'emptied' (the rows of a month are removed, and its table is left), 'removed' (nothing is left), 'gone' (nothing
    -- was left), 'busy' (another transaction is older, or uses the partition: the caller tries again later), or 'not summed'
    -- (an hour was computed meanwhile whose day has no stored sums yet). The caller calls it again after 'recorded' and
    -- 'emptied'. Raises 55P03 when another removal is under way.
    CREATE OR REPLACE FUNCTION pipeline.remove_below_floor(p_version integer, p_partition text, p_may_wait boolean)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      part record;
      hours timestamp[];
      has_rows boolean;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      -- Longer than deadlock_timeout, after which an autovacuum gives way.
      PERFORM set_config('lock_timeout', '2s', true);
      -- Excludes the makers of partitions, too.
      PERFORM pg_advisory_xact_lock(hashtext('pipeline.make_partition'));
      SELECT p.* INTO part
      FROM pipeline.retention_floor AS f
      CROSS JOIN LATERAL pipeline.partitions_below_floor(f.kind) AS p
      WHERE p.partition_name = p_partition;
      IF NOT FOUND THEN
        RETURN 'gone';
      END IF;
      EXECUTE format('SELECT EXISTS (SELECT FROM pipeline.%I)', part.partition_name) INTO has_rows;
      IF NOT has_rows THEN
        RETURN pipeline.drop_emptied(part.partition_name, part.table_name, part.parent, p_may_wait);
      END IF;

      -- A transaction that has read the floor before it was raised may still write rows below it. One with a snapshot that
      -- lacks the record would miss rows that are truncated.
      IF NOT pipeline.wait_for_older_transactions() THEN
        RETURN 'busy';
      END IF;
      IF part.table_name = 'bytes_hourly' AND EXISTS (
        SELECT FROM pipeline.computed_hour AS c WHERE NOT c.is_in_day_sum AND c.hour >= part.first_time AND c.hour < part.past_time
      ) THEN
        RETURN 'not summed';
      END IF;
      IF part.place = 'beyond' THEN
        EXECUTE format('WITH deleted AS (DELETE FROM pipeline.%I WHERE %I < $1 RETURNING %I AS moment)
          SELECT array_agg(DISTINCT date_trunc(''hour'', moment)) FROM deleted',
          part.partition_name, part.time_column, part.time_column) INTO hours USING part.past_time;
        -- Without rows to delete (another transaction has deleted them meanwhile) no hour is recorded.
        PERFORM pipeline.record_removed_hours(part.table_name, part.first_time, part.past_time, coalesce(hours, '{}'));
        RETURN 'removed';
      END IF;
      IF pipeline.record_removed_hours(part.table_name, part.first_time, part.past_time, NULL) > 0 THEN
        RETURN 'recorded';
      END IF;
      -- The record was complete before this wait for older transactions, hence it is in every snapshot. No commit uses the
      -- partition any more, so that only readers of all months may wait.
      BEGIN
        EXECUTE format('TRUNCATE pipeline.%I', part.partition_name);
      EXCEPTION WHEN lock_not_available THEN
        RETURN 'busy';
      END;
      RETURN CASE part.place WHEN 'month' THEN 'emptied' ELSE 'removed' END;
    END
    $$;
  `,
};
