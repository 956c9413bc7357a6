import type { NumberedMigration } from './numbered-migration.ts';

/** What dashboards read at each refresh, however old the database is: no query of theirs adds up all years. */
export const steadyDashboards: NumberedMigration = {
  name: '0015-steady-dashboards',
  sql: `
    -- The dead letters of all time by reason. One row per partition, which one worker at a time commits to. It counts
    -- those of pipeline.dead_letter and pipeline.dead_letter_range, also after a truncation or an erasure has moved them.
    -- It is filled when the functions that count are declared (schema/totals.sql.ts).
    CREATE TABLE pipeline.dead_letter_total (
      topic text NOT NULL,
      partition integer NOT NULL,
      reason text NOT NULL,
      records bigint NOT NULL,
      last_seen_at timestamptz NOT NULL,
      PRIMARY KEY (topic, partition, reason)
    );

    -- Finds the hours of a day.
    CREATE INDEX computed_hour_day ON pipeline.computed_hour (date_trunc('day', hour));
  `,
};
