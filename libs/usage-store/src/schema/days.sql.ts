import type { SchemaFamily } from './schema-family.ts';

/**
 * Days and months (UTC), which people bill by: always the sum of the computed hours, and corrected in the transaction
 * that corrects an hour. docs/decisions/0017-days.md has the reasons for this form.
 */
export const days: SchemaFamily = {
  name: 'days',
  sql: `
    -- Called by the commit of an hour before its rows change. An hour that is not yet part of pipeline.day_sum only has
    -- its row in pipeline.computed_hour updated: the views add its rows up. Otherwise the differences of its rows are
    -- added to the day. The lock on the row of computed_hour excludes pipeline.sum_day until the end of the transaction.
    -- The rows are sorted, so that the commits of two hours of a day cannot deadlock.
    CREATE OR REPLACE FUNCTION pipeline.add_hour_to_days(
      p_hour timestamp, p_was_final boolean, p_types text[], p_ids text[], p_values bigint[]
    ) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      was_summed boolean;
    BEGIN
      INSERT INTO pipeline.computed_hour AS c (hour, is_final) VALUES (p_hour, p_was_final)
      ON CONFLICT (hour) DO UPDATE SET is_final = excluded.is_final
      RETURNING c.is_in_day_sum INTO was_summed;
      IF was_summed THEN
        WITH changed AS (
          INSERT INTO pipeline.day_sum AS d (day, type, id, value, hours)
          SELECT date_trunc('day', p_hour), h.type, h.id,
            coalesce(h.new_value, 0)::numeric - coalesce(h.old_value, 0),
            (h.new_value IS NOT NULL)::integer - (h.old_value IS NOT NULL)::integer
          FROM pipeline.hour_changes(p_hour, p_types, p_ids, p_values) AS h
          ORDER BY h.type, h.id
          ON CONFLICT (day, type, id) DO UPDATE SET value = d.value + excluded.value, hours = d.hours + excluded.hours
          RETURNING d.hours
        )
        SELECT EXISTS (SELECT FROM changed WHERE hours = 0) INTO was_summed;
        IF was_summed THEN
          DELETE FROM pipeline.day_sum AS d WHERE d.day = date_trunc('day', p_hour) AND d.hours = 0;
        END IF;
      END IF;
    END
    $$;

    -- Adds the computed hours of one day to pipeline.day_sum: of the oldest day that has such hours and is complete, or
    -- ended more than a day ago. The sums of the views stay the same; the views read them from another table. The locks
    -- on all hours of the day, in their order, exclude the commits of these hours; an hour that is computed for the first
    -- time meanwhile is not part of the sum. One call may have a million users, so work_mem keeps them in memory.
    CREATE OR REPLACE FUNCTION pipeline.sum_day(p_version integer) RETURNS timestamp
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET work_mem = '256MB' SET plan_cache_mode = 'force_custom_plan' AS $$
    DECLARE
      present constant timestamp := clock_timestamp() AT TIME ZONE 'UTC';
      chosen timestamp;
      unsummed timestamp[];
    BEGIN
      PERFORM pipeline.require_version(p_version);
      SELECT min(u.day) INTO chosen
      FROM (
        SELECT date_trunc('day', c.hour) AS day FROM pipeline.computed_hour AS c WHERE NOT c.is_in_day_sum
      ) AS u
      WHERE u.day < present - interval '2 days' OR (
        SELECT count(*) FROM pipeline.computed_hour AS c WHERE c.hour >= u.day AND c.hour < u.day + interval '1 day'
      ) >= 24;
      IF chosen IS NULL THEN
        RETURN NULL;
      END IF;

      PERFORM 1 FROM pipeline.computed_hour AS c
      WHERE c.hour >= chosen AND c.hour < chosen + interval '1 day'
      ORDER BY c.hour FOR UPDATE;
      WITH summed AS (
        UPDATE pipeline.computed_hour AS c SET is_in_day_sum = true
        WHERE c.hour >= chosen AND c.hour < chosen + interval '1 day' AND NOT c.is_in_day_sum
        RETURNING c.hour
      )
      SELECT array_agg(s.hour) INTO unsummed FROM summed AS s;

      MERGE INTO pipeline.day_sum AS d
      USING (
        SELECT b.type, b.id, sum(b.value) AS value, count(*)::integer AS hours
        FROM public.bytes_hourly AS b
        WHERE b."timestamp" = ANY (unsummed)
        GROUP BY b.type, b.id
      ) AS s
      ON d.day = chosen AND d.type = s.type AND d.id = s.id
      WHEN MATCHED THEN UPDATE SET value = d.value + s.value, hours = d.hours + s.hours
      WHEN NOT MATCHED THEN INSERT (day, type, id, value, hours) VALUES (chosen, s.type, s.id, s.value, s.hours);
      RETURN chosen;
    END
    $$;

    -- The computed hours of each day: a day is complete with 24 final ones.
    CREATE VIEW pipeline.day_hours AS
    SELECT date_trunc('day', hour) AS day, count(*)::integer AS hours,
      (count(*) FILTER (WHERE is_final))::integer AS final_hours
    FROM pipeline.computed_hour
    GROUP BY 1;

    -- Bytes by day (UTC), type and id, from the computed hours. used_hours: hours of the day in which the id has a row;
    -- hours and final_hours: hours of the day that are computed, and computed from everything that came in time. The rows of
    -- each day are read in a LATERAL, so that a range of days reaches the index on the day of computed_hour, and no other day
    -- is read. They are grouped outside of it, so that a table which a query joins is read once, not for each day.
    CREATE VIEW pipeline.usage_daily AS
    SELECT h.day, s.type, s.id, sum(s.value) AS value, sum(s.hours)::integer AS used_hours, h.hours, h.final_hours
    FROM pipeline.day_hours AS h
    CROSS JOIN LATERAL (
      SELECT d.type, d.id, d.value, d.hours FROM pipeline.day_sum AS d WHERE d.day = h.day
      UNION ALL
      SELECT b.type, b.id, b.value::numeric, 1
      FROM pipeline.computed_hour AS c
      JOIN public.bytes_hourly AS b ON b."timestamp" = c.hour
      WHERE NOT c.is_in_day_sum AND c.hour >= h.day AND c.hour < h.day + interval '1 day'
    ) AS s
    GROUP BY h.day, s.type, s.id, h.hours, h.final_hours;

    -- Bytes by month (UTC), type and id, from usage_daily. The months are expanded to ranges of days, which the primary
    -- key of day_sum finds.
    CREATE VIEW pipeline.usage_monthly AS
    SELECT m.month, u.type, u.id, u.value, u.used_hours, m.hours, m.final_hours, m.days
    FROM (
      SELECT date_trunc('month', h.day) AS month, sum(h.hours)::integer AS hours, sum(h.final_hours)::integer AS final_hours,
        count(*)::integer AS days
      FROM pipeline.day_hours AS h
      GROUP BY 1
    ) AS m
    CROSS JOIN LATERAL (
      SELECT d.type, d.id, sum(d.value) AS value, sum(d.used_hours)::integer AS used_hours
      FROM pipeline.usage_daily AS d
      WHERE d.day >= m.month AND d.day < m.month + interval '1 month'
      GROUP BY d.type, d.id
    ) AS u;
  `,
};
