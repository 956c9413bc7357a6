import type { NumberedMigration } from './numbered-migration.ts';

/** The lateness of events by the hour in which they were counted, and the sums of days, which people bill by. */
export const latenessAndDays: NumberedMigration = {
  name: '0005-lateness-and-days',
  sql: `
    -- Events by lateness and by the hour in which they were counted (clock of Postgres). Lateness is the record's
    -- timestamp less the event time. An hour of counting has at most one row for each bucket.
    CREATE TABLE pipeline.event_lateness (
      counted_hour timestamp NOT NULL,
      -- Upper bound (inclusive) of the bucket, milliseconds.
      at_most_ms bigint NOT NULL,
      events bigint NOT NULL,
      -- Events that were later than the allowed lateness of the worker; events counts them, too.
      late_events bigint NOT NULL,
      PRIMARY KEY (counted_hour, at_most_ms)
    ) WITH (fillfactor = 50);

    -- Antennas with late events or events ahead of their records. The number of rows of an hour is bounded; the row
    -- with an empty antenna_id is the sum of the antennas beyond the bound.
    CREATE TABLE pipeline.antenna_lateness (
      counted_hour timestamp NOT NULL,
      antenna_id text COLLATE "C" NOT NULL,
      -- Events of the commits in which the antenna had late events or events ahead.
      events bigint NOT NULL,
      late_events bigint NOT NULL,
      ahead_events bigint NOT NULL,
      least_ms bigint NOT NULL,
      greatest_ms bigint NOT NULL,
      PRIMARY KEY (counted_hour, antenna_id)
    ) WITH (fillfactor = 50);

    -- The hours that have a result. The days and months are their sums.
    CREATE TABLE pipeline.computed_hour (
      hour timestamp PRIMARY KEY,
      -- Whether the last run was final.
      is_final boolean NOT NULL,
      -- Whether the rows of the hour are part of pipeline.day_sum. If not, the views add up its rows of bytes_hourly.
      is_in_day_sum boolean NOT NULL DEFAULT false
    );
    CREATE INDEX computed_hour_not_summed ON pipeline.computed_hour (hour) WHERE NOT is_in_day_sum;

    -- The sums of the hours of a day that are marked in pipeline.computed_hour.
    CREATE TABLE pipeline.day_sum (
      day timestamp NOT NULL CHECK (day = date_trunc('day', day)),
      type text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      value numeric NOT NULL,
      -- Number of the summed hours in which the id has a row.
      hours integer NOT NULL,
      PRIMARY KEY (day, type, id)
    );

    -- The hours that earlier versions have computed. The query skips from hour to hour through the primary key of
    -- bytes_hourly, which begins with the hour.
    INSERT INTO pipeline.computed_hour (hour, is_final)
    WITH RECURSIVE computed (hour) AS (
      SELECT min("timestamp") FROM public.bytes_hourly
      UNION ALL
      SELECT (SELECT min(b."timestamp") FROM public.bytes_hourly AS b WHERE b."timestamp" > c.hour)
      FROM computed AS c
      WHERE c.hour IS NOT NULL
    )
    SELECT c.hour, coalesce((
      SELECT b.was_final FROM pipeline.batch_run AS b WHERE b.hour = c.hour ORDER BY b.revision DESC, b.id DESC LIMIT 1
    ), false)
    FROM computed AS c
    WHERE c.hour IS NOT NULL;
  `,
};
