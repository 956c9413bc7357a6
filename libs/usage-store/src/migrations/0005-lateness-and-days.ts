import type { NumberedMigration } from './numbered-migration.ts';

/** The lateness of events by hour of counting, and the days of the billing. */
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
      -- Those of them that were later than the allowed lateness of the worker.
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
  `,
};
