import type { SchemaFamily } from './schema-family.ts';

/**
 * How late events are, and which antennas have a wrong clock. The transaction that commits the totals also counts the
 * lateness of their events, so that each event is counted exactly once.
 */
export const lateness: SchemaFamily = {
  name: 'lateness',
  sql: `
    -- Adds the lateness of a commit to the present hour: {buckets: [{atMostMs, events, lateEvents}], antennas:
    -- [{antennaId, events, lateEvents, aheadEvents, leastMs, greatestMs}]}. Rows are locked in the order of their keys,
    -- after those of the totals, so that concurrent commits cannot deadlock. An hour names 1,000 antennas; a commit that
    -- runs beside others may exceed that by the antennas that it brings.
    CREATE OR REPLACE FUNCTION pipeline.count_lateness(p_lateness jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      present constant timestamp := date_trunc('hour', clock_timestamp() AT TIME ZONE 'UTC');
      named bigint;
    BEGIN
      INSERT INTO pipeline.event_lateness AS l (counted_hour, at_most_ms, events, late_events)
      SELECT present, b."atMostMs", b.events, b."lateEvents"
      FROM jsonb_to_recordset(p_lateness -> 'buckets') AS b ("atMostMs" bigint, events bigint, "lateEvents" bigint)
      ORDER BY 2
      ON CONFLICT (counted_hour, at_most_ms) DO UPDATE SET
        events = l.events + excluded.events, late_events = l.late_events + excluded.late_events;
      IF jsonb_array_length(p_lateness -> 'antennas') > 0 THEN
        SELECT count(*) INTO named FROM pipeline.antenna_lateness AS a WHERE a.counted_hour = present AND a.antenna_id <> '';
        IF named = 0 THEN
          PERFORM pipeline.forget_antenna_lateness(present - interval '31 days');
        END IF;

        INSERT INTO pipeline.antenna_lateness AS a
          (counted_hour, antenna_id, events, late_events, ahead_events, least_ms, greatest_ms)
        SELECT present, n.antenna_id, sum(n.events), sum(n.late_events), sum(n.ahead_events), min(n.least_ms),
          max(n.greatest_ms)
        FROM (
          SELECT CASE WHEN k.antenna_id IS NOT NULL OR row_number() OVER (PARTITION BY k.antenna_id IS NULL ORDER BY c.n) <= 1000 - named
              THEN c."antennaId" ELSE '' END AS antenna_id,
            c.events, c."lateEvents" AS late_events, c."aheadEvents" AS ahead_events, c."leastMs" AS least_ms,
            c."greatestMs" AS greatest_ms
          FROM ROWS FROM (jsonb_to_recordset(p_lateness -> 'antennas') AS ("antennaId" text, events bigint,
            "lateEvents" bigint, "aheadEvents" bigint, "leastMs" bigint, "greatestMs" bigint)) WITH ORDINALITY
            AS c ("antennaId", events, "lateEvents", "aheadEvents", "leastMs", "greatestMs", n)
          LEFT JOIN pipeline.antenna_lateness AS k ON k.counted_hour = present AND k.antenna_id = c."antennaId"
        ) AS n
        GROUP BY n.antenna_id
        ORDER BY n.antenna_id
        ON CONFLICT (counted_hour, antenna_id) DO UPDATE SET
          events = a.events + excluded.events,
          late_events = a.late_events + excluded.late_events,
          ahead_events = a.ahead_events + excluded.ahead_events,
          least_ms = least(a.least_ms, excluded.least_ms),
          greatest_ms = greatest(a.greatest_ms, excluded.greatest_ms);
      END IF;
    END
    $$;

    -- Deletes rows of hours before p_before, at most 5,000 in a call. It skips rows that another commit is deleting.
    CREATE OR REPLACE FUNCTION pipeline.forget_antenna_lateness(p_before timestamp) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      DELETE FROM pipeline.antenna_lateness AS a
      USING (
        SELECT o.counted_hour, o.antenna_id
        FROM pipeline.antenna_lateness AS o
        WHERE o.counted_hour < p_before
        ORDER BY o.counted_hour, o.antenna_id
        LIMIT 5000
        FOR UPDATE SKIP LOCKED
      ) AS old
      WHERE a.counted_hour = old.counted_hour AND a.antenna_id = old.antenna_id;
    END;

    -- By hour of counting: events, late events, and within which lateness 99 % and 99.9 % of them came (the upper bounds
    -- of their buckets). As ALLOWED_LATENESS_MS, such a bound would hold an hour open for that share of its events.
    CREATE VIEW pipeline.lateness_by_hour AS
    SELECT counted_hour, max(total)::bigint AS events, sum(late_events)::bigint AS late_events,
      sum(late_events) / max(total) AS late_share, sum(events) FILTER (WHERE at_most_ms < 0)::bigint AS ahead_events,
      min(at_most_ms) FILTER (WHERE reached >= 0.99 * total) / 1000.0 AS seconds_for_99,
      min(at_most_ms) FILTER (WHERE reached >= 0.999 * total) / 1000.0 AS seconds_for_999
    FROM (
      SELECT counted_hour, at_most_ms, events, late_events,
        sum(events) OVER (PARTITION BY counted_hour ORDER BY at_most_ms) AS reached,
        sum(events) OVER (PARTITION BY counted_hour) AS total
      FROM pipeline.event_lateness
    ) AS bucket
    GROUP BY counted_hour;

    -- The last 24 hours of counting. Views compare with each hour, since the planner does not know how few rows lie
    -- beyond a time that it has yet to read, and would read all rows.
    CREATE VIEW pipeline.newest_counting_day AS
    SELECT newest.hour - n * interval '1 hour' AS hour
    FROM (SELECT max(counted_hour) AS hour FROM pipeline.event_lateness) AS newest
    CROSS JOIN generate_series(0, 23) AS n;

    -- The lateness over the last day in which events were counted, in one row.
    CREATE VIEW pipeline.recent_lateness AS
    SELECT max(counted_hour) AS newest_hour, max(total)::bigint AS events, sum(late_events)::bigint AS late_events,
      sum(late_events) / max(total) AS late_share,
      coalesce(sum(events) FILTER (WHERE at_most_ms < 0), 0)::bigint AS ahead_events,
      min(at_most_ms) FILTER (WHERE reached >= 0.5 * total) / 1000.0 AS seconds_for_half,
      min(at_most_ms) FILTER (WHERE reached >= 0.99 * total) / 1000.0 AS seconds_for_99,
      min(at_most_ms) FILTER (WHERE reached >= 0.999 * total) / 1000.0 AS seconds_for_999
    FROM (
      SELECT max(counted_hour) AS counted_hour, at_most_ms, sum(events) AS events, sum(late_events) AS late_events,
        sum(sum(events)) OVER (ORDER BY at_most_ms) AS reached, sum(sum(events)) OVER () AS total
      FROM pipeline.event_lateness
      WHERE counted_hour = ANY (ARRAY(SELECT hour FROM pipeline.newest_counting_day))
      GROUP BY at_most_ms
    ) AS bucket
    HAVING max(total) > 0;

    -- The antennas with late events or events ahead on the last day in which events were counted. clock_offset_seconds:
    -- how far the clock is off at least, negative for a clock that is behind, positive for a clock that is ahead. The
    -- offset is measured from a lateness of 0; where most of all events are late, as in a replay of old events, from the
    -- median of the antennas. It is NULL for an antenna that had events on time, whose clock is right, and for the sum of
    -- the antennas without a name.
    CREATE VIEW pipeline.antenna_clock AS
    WITH antenna AS (
      SELECT a.antenna_id, max(a.counted_hour) AS newest_hour, sum(a.events)::bigint AS events,
        sum(a.late_events)::bigint AS late_events, sum(a.ahead_events)::bigint AS ahead_events,
        min(a.least_ms) AS least_ms, max(a.greatest_ms) AS greatest_ms
      FROM pipeline.antenna_lateness AS a
      WHERE a.counted_hour = ANY (ARRAY(SELECT hour FROM pipeline.newest_counting_day))
      GROUP BY a.antenna_id
    ), usual AS (
      SELECT CASE WHEN (SELECT late_share FROM pipeline.recent_lateness) > 0.5
        THEN percentile_disc(0.5) WITHIN GROUP (ORDER BY least_ms) ELSE 0 END AS least_ms
      FROM antenna
      WHERE antenna_id <> ''
    )
    SELECT a.antenna_id, a.newest_hour, a.events, a.late_events, a.ahead_events,
      round(a.late_events::numeric / a.events, 4) AS late_share, a.least_ms / 1000.0 AS least_seconds,
      a.greatest_ms / 1000.0 AS greatest_seconds,
      CASE WHEN a.antenna_id <> '' AND a.late_events + a.ahead_events = a.events
        THEN (u.least_ms - CASE WHEN a.ahead_events > 0 THEN a.greatest_ms ELSE a.least_ms END) / 1000.0
      END AS clock_offset_seconds
    FROM antenna AS a
    CROSS JOIN usual AS u;

    -- The lateness of the stream for operators.
    CREATE OR REPLACE FUNCTION pipeline.lateness_summary() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
      SELECT jsonb_build_object(
        'events', r.events, 'lateEvents', r.late_events, 'aheadEvents', r.ahead_events,
        'secondsFor99', r.seconds_for_99, 'secondsFor999', r.seconds_for_999,
        'antennas', (
          SELECT coalesce(jsonb_agg(jsonb_build_object(
            'antennaId', a.antenna_id, 'events', a.events, 'lateEvents', a.late_events,
            'aheadEvents', a.ahead_events, 'clockOffsetSeconds', a.clock_offset_seconds
          ) ORDER BY abs(a.clock_offset_seconds) DESC NULLS LAST, a.late_events DESC, a.antenna_id), '[]')
          FROM (
            SELECT * FROM pipeline.antenna_clock
            WHERE antenna_id <> ''
            ORDER BY abs(clock_offset_seconds) DESC NULLS LAST, late_events DESC, antenna_id
            LIMIT 5
          ) AS a
        )
      )
      FROM pipeline.recent_lateness AS r;
    END;
  `,
};
