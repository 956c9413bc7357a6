import type { NumberedMigration } from './numbered-migration.ts';

/** What dashboards read at each refresh, however old the database is: no query of theirs adds up all years. */
export const steadyDashboards: NumberedMigration = {
  name: '0015-steady-dashboards',
  sql: `
    -- The dead letters of all time by reason. One row per partition, which one worker at a time commits to. It counts
    -- those of pipeline.dead_letter and pipeline.dead_letter_range, also after a truncation or an erasure has moved them.
    CREATE TABLE pipeline.dead_letter_total (
      topic text NOT NULL,
      partition integer NOT NULL,
      reason text NOT NULL,
      records bigint NOT NULL,
      last_seen_at timestamptz NOT NULL,
      PRIMARY KEY (topic, partition, reason)
    );
    INSERT INTO pipeline.dead_letter_total (topic, partition, reason, records, last_seen_at)
    SELECT d.topic, d.partition, d.reason, sum(d.records), max(d.last_seen_at)
    FROM (
      SELECT topic, partition, reason, 1 AS records, seen_at AS last_seen_at FROM pipeline.dead_letter
      UNION ALL
      SELECT topic, partition, reason, records, last_seen_at FROM pipeline.dead_letter_range
      UNION ALL
      SELECT topic, partition, reason, 1, seen_at FROM pipeline.gone_dead_letter
      UNION ALL
      SELECT topic, partition, reason, records, last_seen_at FROM pipeline.gone_dead_letter_range
    ) AS d
    GROUP BY d.topic, d.partition, d.reason;

    -- Finds the hours of a day.
    CREATE INDEX computed_hour_day ON pipeline.computed_hour (date_trunc('day', hour));
  `,
};
