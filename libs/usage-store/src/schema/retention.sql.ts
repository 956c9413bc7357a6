import type { SchemaFamily } from './schema-family.ts';

/** The retention floors and the ledger of what was counted below them (docs/commit-protocol.md, "Retention"). */
export const retention: SchemaFamily = {
  name: 'retention',
  sql: `
    -- A floor in the future would keep every new row out of the tables, and could not be taken back.
    CREATE OR REPLACE FUNCTION pipeline.refuse_lower_floor() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF NEW.kind = OLD.kind AND (NEW.floor = OLD.floor
          OR NEW.floor BETWEEN OLD.floor AND clock_timestamp() AT TIME ZONE 'UTC')
        THEN
          RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION 'a retention floor only rises, and not beyond the present: the rows below it may be removed already'
        USING ERRCODE = 'AU007';
    END
    $$;
    CREATE OR REPLACE TRIGGER only_rises BEFORE UPDATE OR DELETE ON pipeline.retention_floor
      FOR EACH ROW EXECUTE FUNCTION pipeline.refuse_lower_floor();
    CREATE OR REPLACE TRIGGER not_emptied BEFORE TRUNCATE ON pipeline.retention_floor
      FOR EACH STATEMENT EXECUTE FUNCTION pipeline.refuse_lower_floor();

    -- A floor in milliseconds, NULL while it was never raised.
    CREATE OR REPLACE FUNCTION pipeline.floor_ms(p_kind text) RETURNS bigint
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT CASE WHEN isfinite(f.floor) THEN pipeline.epoch_ms(f.floor) END
      FROM pipeline.retention_floor AS f WHERE f.kind = p_kind;
    END;

    -- Adds the events of a commit that lie below the floor of windows to the ledger.
    CREATE OR REPLACE FUNCTION pipeline.count_below_floor(
      p_floor_ms bigint, p_topic text, p_partitions integer[], p_hours_ms bigint[], p_events bigint[], p_bytes numeric[]
    ) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      INSERT INTO pipeline.ledger_hour AS l (hour, topic, partition, events, event_bytes)
      SELECT pipeline.utc(n.hour_ms), p_topic, n.partition, n.events, n.event_bytes
      FROM unnest(p_partitions, p_hours_ms, p_events, p_bytes) AS n (partition, hour_ms, events, event_bytes)
      WHERE n.hour_ms < p_floor_ms
      ORDER BY 1, n.partition
      ON CONFLICT (hour, topic, partition) DO UPDATE SET
        events = l.events + excluded.events, event_bytes = l.event_bytes + excluded.event_bytes;
    END;

    -- Refuses an hour whose result is removed, or may be at any moment. The caller holds the lock on bytes_hourly.
    CREATE OR REPLACE FUNCTION pipeline.require_above_floor(p_hour timestamp) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      hours_floor timestamp;
    BEGIN
      SELECT f.floor INTO STRICT hours_floor FROM pipeline.retention_floor AS f WHERE f.kind = 'hours';
      IF p_hour < hours_floor THEN
        RAISE EXCEPTION 'hour % is below the retention floor of hours, %: results before it are removed and not computed again',
          p_hour, hours_floor USING ERRCODE = 'AU008';
      END IF;
    END
    $$;

    -- The first hour of [p_from, p_to) that is not ready to be removed, and why. The partial indexes hold only hours that
    -- need attention, so that the other hours are not read.
    --
    -- A device whose clock stands still sends events of one old hour at every moment. Such an hour is ready when it was
    -- computed as final within the last hour, and compared within the last day with a result of it that was final. An hour
    -- below the floor of hours is not computed again, and does not stop the floor of windows by having changed.
    CREATE OR REPLACE FUNCTION pipeline.retention_obstacle(p_kind text, p_from timestamp, p_to timestamp)
    RETURNS TABLE (hour timestamp, reason text)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
    BEGIN ATOMIC
      SELECT o.hour, o.reason
      FROM (
        (SELECT h.hour, 1 AS place, 'was archived and never computed, has changed since, or was not final' AS reason
         FROM pipeline.hour AS h
         WHERE (h.revision > h.computed_revision OR NOT h.computed_final) AND h.hour >= p_from AND h.hour < p_to
           AND h.hour >= (SELECT f.floor FROM pipeline.retention_floor AS f WHERE f.kind = 'hours')
           AND NOT (h.computed_final AND h.computed_at > now() - interval '1 hour')
         ORDER BY h.hour LIMIT 1)
        UNION ALL
        (SELECT w.hour, 2, 'has events that are counted and not archived yet'
         FROM pipeline.hours_with_waiting_events() AS w (hour)
         LEFT JOIN pipeline.hour AS h USING (hour)
         WHERE w.hour >= p_from AND w.hour < p_to AND NOT (
           coalesce(h.computed_final, false)
           AND (SELECT a.awaited_events = 0 FROM pipeline.waiting_hour AS a WHERE a.hour = w.hour)
         )
         ORDER BY w.hour LIMIT 1)
        UNION ALL
        (SELECT r.hour, 3, 'has bytes without a cause, or files that contradict the manifest'
         FROM pipeline.reconciled_hour AS r
         WHERE (r.unexplained_bytes > 0 OR r.file_problems > 0) AND r.hour >= p_from AND r.hour < p_to
         ORDER BY r.hour LIMIT 1)
        UNION ALL
        (SELECT h.hour, 4, 'was not reconciled since it was archived or computed'
         FROM pipeline.hour AS h
         WHERE (h.reconciled_at IS NULL OR h.changed_at >= h.reconciled_at OR h.computed_at >= h.reconciled_at)
           AND h.hour >= p_from AND h.hour < p_to
           AND NOT (coalesce(h.reconciled_at > now() - interval '1 day', false) AND EXISTS (
             SELECT FROM pipeline.batch_run AS b WHERE b.hour = h.hour AND b.was_final AND b.finished_at < h.reconciled_at))
         ORDER BY h.hour LIMIT 1)
        UNION ALL
        (SELECT c.hour, 5, 'is not part of the stored sums of its day yet'
         FROM pipeline.computed_hour AS c
         WHERE NOT c.is_in_day_sum AND p_kind = 'hours' AND c.hour >= p_from AND c.hour < p_to
         ORDER BY c.hour LIMIT 1)
      ) AS o
      ORDER BY o.hour, o.place
      LIMIT 1;
    END;

    -- The hours at which a floor stops in any case. An hour whose records no worker has read yet is in no table, so a
    -- floor stays p_days behind what every partition has archived. And it rises by a month a day at most, so that a
    -- clock that jumps ahead by years is noticed before all rows are gone.
    CREATE OR REPLACE FUNCTION pipeline.rise_limits(p_kind text, p_first_month timestamp, p_days integer)
    RETURNS TABLE (hour timestamp, reason text)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT coalesce(date_trunc('hour', a.archived_until AT TIME ZONE 'UTC' - p_days * interval '1 day'), s.start - interval '1 hour'),
        coalesce('is less than ' || p_days || ' days older than what every partition has archived, which is everything until '
          || (a.archived_until AT TIME ZONE 'UTC')::timestamp(0),
          'may lack events: it is unknown until when every partition is archived')
      FROM pipeline.retention_floor AS f
      CROSS JOIN LATERAL (SELECT greatest(f.floor, p_first_month) AS start) AS s
      CROSS JOIN pipeline.stream_archival AS a
      WHERE f.kind = p_kind
      UNION ALL
      SELECT CASE WHEN f.raised_at BETWEEN now() - interval '1 day' AND now() THEN s.start ELSE s.start + interval '1 month' END,
        'has to wait: a floor rises by a month a day at most'
      FROM pipeline.retention_floor AS f
      CROSS JOIN LATERAL (SELECT greatest(f.floor, p_first_month) AS start) AS s
      WHERE f.kind = p_kind;
    END;

    -- Raises a floor to the first of the month that lies p_days before the newest counted event, or to that of the month
    -- of the first hour that is in the way. The clock of Postgres alone never decides: if it is ahead, or old events are
    -- read for the first time, only what is old beside the newest event is removed. It is not raised below the first month
    -- with a partition, since older rows are removed together.
    -- With p_dry_run the floor stays. Commits do not wait, and may go on below the new floor for as long as they last.
    CREATE OR REPLACE FUNCTION pipeline.raise_floor(p_version integer, p_kind text, p_days integer, p_dry_run boolean)
    RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      newest constant timestamp := (SELECT max(p.greatest_event_time) FROM pipeline.position AS p WHERE p.sink = 'totals');
      wanted timestamp;
      first_month timestamp;
      reached timestamp;
      obstacle record;
    BEGIN
      PERFORM pipeline.require_version(p_version);
      IF coalesce(p_days, -1) < 0 THEN
        RAISE EXCEPTION 'a retention of % days is not possible: it needs a number of days from 0', p_days;
      END IF;
      SELECT max(t.first_month) INTO first_month FROM pipeline.partitioned_table AS t WHERE t.kind = p_kind
      HAVING count(*) = CASE p_kind WHEN 'windows' THEN 2 ELSE 1 END;
      IF first_month IS NULL THEN
        RAISE EXCEPTION 'retention of % needs the partitions that the provisioner makes: their tables were divided by others', p_kind;
      END IF;
      SELECT f.floor INTO STRICT reached FROM pipeline.retention_floor AS f WHERE f.kind = p_kind FOR UPDATE;
      IF newest IS NOT NULL THEN
        wanted := date_trunc('month', least(newest, clock_timestamp() AT TIME ZONE 'UTC') - p_days * interval '1 day');
      END IF;
      SELECT o.hour, o.reason INTO obstacle
      FROM (
        SELECT * FROM pipeline.retention_obstacle(p_kind, reached, wanted)
        UNION ALL
        SELECT * FROM pipeline.rise_limits(p_kind, first_month, p_days)
      ) AS o
      WHERE o.hour < wanted
      ORDER BY o.hour
      LIMIT 1;
      IF least(wanted, date_trunc('month', obstacle.hour)) >= greatest(first_month, reached) THEN
        reached := least(wanted, date_trunc('month', obstacle.hour));
        IF NOT p_dry_run THEN
          UPDATE pipeline.retention_floor AS f SET floor = reached, raised_at = clock_timestamp()
          WHERE f.kind = p_kind AND f.floor < reached;
        END IF;
      END IF;
      RETURN jsonb_build_object(
        'floorMs', CASE WHEN isfinite(reached) THEN pipeline.epoch_ms(reached) END,
        'wantedMs', pipeline.epoch_ms(wanted), 'firstMonthMs', pipeline.epoch_ms(first_month),
        'obstacle', CASE WHEN obstacle.hour IS NOT NULL THEN jsonb_build_object(
          'hourMs', pipeline.epoch_ms(obstacle.hour), 'reason', obstacle.reason) END);
    END
    $$;

    -- What was counted below the floor of windows since it was raised.
    CREATE OR REPLACE FUNCTION pipeline.retention_totals(p_version integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      PERFORM pipeline.require_version(p_version);
      RETURN (
        SELECT jsonb_build_object('lateEvents', coalesce(sum(l.events), 0), 'lateBytes', coalesce(sum(l.event_bytes), 0)::text)
        FROM pipeline.ledger_hour AS l
      );
    END
    $$;

    -- The floors, what was removed below them, and what was counted below the floor of windows since it was raised.
    CREATE VIEW pipeline.retention_report AS
    SELECT f.kind, f.floor, f.raised_at, r.removed_hours, r.removed_bytes, l.late_events, l.late_bytes
    FROM pipeline.retention_floor AS f
    CROSS JOIN LATERAL (
      SELECT count(*) AS removed_hours, coalesce(sum(n.event_bytes), 0) AS removed_bytes
      FROM pipeline.removed_hour AS n
      WHERE n.kind = f.kind
    ) AS r
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(n.events), 0)::bigint AS late_events, coalesce(sum(n.event_bytes), 0) AS late_bytes
      FROM pipeline.ledger_hour AS n
      WHERE f.kind = 'windows'
    ) AS l;
  `,
};
