import type { SchemaFamily } from './schema-family.ts';

/**
 * Which times the charts of the dashboards show, so that a chart without a chosen range does not read every row
 * (docs/decisions/0023-dashboards-open-on-the-newest-data.md).
 */
export const shownRange: SchemaFamily = {
  name: 'shown-range',
  sql: `
    -- The range of event time that a chart shows, [shown_from, shown_to), and the size of its points. p_from and p_to are
    -- the chosen range as texts of timestamps in UTC, empty where none is chosen. If both are empty, the range ends where
    -- the data ends, not at the present time, so that a replay of old events shows as well:
    --   stream    the 6 hours that end with the hour of the newest counted event
    --   batch     the 3 days that end with the newest computed hour
    --   compared  the last of these days, and the hours of the stream in the day after it: where the layers are compared,
    --             each window of each user is read
    --   hours     the 7 days that end with the newest computed hour, and all hours of the stream after them
    -- Points are windows of 5 minutes (stream only) in up to 12 hours of data, hours in up to 14 days, otherwise days.
    -- [days_from, days_to) are the whole days of the range where points are days, since the sums of days are stored
    -- (pipeline.usage_daily); otherwise both are shown_to.
    CREATE OR REPLACE FUNCTION pipeline.shown_range(p_of text, p_from text, p_to text)
    RETURNS TABLE (
      shown_from timestamp, shown_to timestamp, step interval, days_from timestamp, days_to timestamp, is_default boolean
    )
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      stream_end constant timestamp := (
        SELECT date_trunc('hour', max(d.newest_event_time)) + interval '1 hour' FROM pipeline.data_as_of AS d);
      batch_end constant timestamp := (SELECT max(c.hour) + interval '1 hour' FROM pipeline.computed_hour AS c);
      points_end timestamp;
    BEGIN
      shown_from := nullif(p_from, '')::timestamp;
      shown_to := nullif(p_to, '')::timestamp;
      is_default := shown_from IS NULL AND shown_to IS NULL;
      IF is_default THEN
        shown_from := CASE WHEN p_of = 'stream' THEN stream_end ELSE coalesce(batch_end, stream_end) END - CASE p_of
          WHEN 'stream' THEN interval '6 hours'
          WHEN 'batch' THEN interval '3 days'
          WHEN 'compared' THEN interval '1 day'
          WHEN 'hours' THEN interval '7 days'
        END;
        shown_to := CASE p_of
          WHEN 'stream' THEN stream_end
          WHEN 'batch' THEN batch_end
          WHEN 'compared' THEN least(greatest(batch_end, stream_end), batch_end + interval '1 day')
          WHEN 'hours' THEN greatest(batch_end, stream_end)
        END;
      END IF;
      shown_from := coalesce(shown_from, '-infinity');
      shown_to := coalesce(shown_to, 'infinity');
      points_end := least(shown_to, greatest(batch_end, stream_end));
      step := CASE
        WHEN p_of = 'stream' AND points_end <= shown_from + interval '12 hours' THEN interval '5 minutes'
        WHEN points_end <= shown_from + interval '14 days' THEN interval '1 hour'
        ELSE interval '1 day'
      END;
      days_from := shown_to;
      days_to := shown_to;
      IF step = interval '1 day' THEN
        days_from := least(date_trunc('day', shown_from + interval '1 day' - interval '1 microsecond'), shown_to);
        days_to := greatest(date_trunc('day', shown_to), days_from);
      END IF;
      RETURN NEXT;
    END
    $$;

    -- The hours of any age that are not settled: not final at their last run, changed since, or with events that are
    -- counted and not archived yet. An hour below the floor of hours is not computed again. The LATERAL makes the planner
    -- look waiting events up by the index on counted_end.
    CREATE VIEW pipeline.unsettled_hour AS
    SELECT h.hour
    FROM pipeline.hour AS h
    WHERE (h.revision > h.computed_revision OR NOT h.computed_final)
      AND h.hour >= (SELECT f.floor FROM pipeline.retention_floor AS f WHERE f.kind = 'hours')
    UNION
    SELECT w.hour
    FROM pipeline.archive_position AS a
    CROSS JOIN LATERAL (
      SELECT c.hour
      FROM pipeline.counted_hour AS c
      WHERE c.topic = a.topic AND c.partition = a.partition AND c.counted_end > a.next_offset
      OFFSET 0
    ) AS w;
  `,
};
