import type { NumberedMigration } from './numbered-migration.ts';

/** The retention floors, and what they have kept out of the tables (docs/commit-protocol.md, "Retention"). */
export const retention: NumberedMigration = {
  name: '0010-retention',
  sql: `
    -- Rows of hours before the floor are removed, and no new ones are written: of public.bytes and
    -- pipeline.user_hour_usage (windows), and of public.bytes_hourly (hours). A trigger lets a floor only rise.
    CREATE TABLE pipeline.retention_floor (
      kind text PRIMARY KEY CHECK (kind IN ('windows', 'hours')),
      floor timestamp NOT NULL DEFAULT '-infinity' CHECK (floor = date_trunc('hour', floor)),
      raised_at timestamptz
    );
    INSERT INTO pipeline.retention_floor (kind) VALUES ('windows'), ('hours');

    -- The floor of each table with partitions.
    ALTER TABLE pipeline.partitioned_table
      ADD COLUMN kind text NOT NULL DEFAULT 'windows' REFERENCES pipeline.retention_floor;
    UPDATE pipeline.partitioned_table SET kind = 'hours' WHERE name = 'bytes_hourly';
    ALTER TABLE pipeline.partitioned_table ALTER COLUMN kind DROP DEFAULT;

    -- The bytes that the rows of a removed hour had, in each type. Written by the transaction that removes the rows.
    CREATE TABLE pipeline.removed_hour (
      kind text NOT NULL REFERENCES pipeline.retention_floor,
      hour timestamp NOT NULL,
      event_bytes numeric NOT NULL,
      removed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (kind, hour)
    );

    -- The ledger: events that the totals counted in hours before the floor of windows. Written by the transaction that
    -- moves the position, in place of rows of public.bytes.
    CREATE TABLE pipeline.ledger_hour (
      hour timestamp NOT NULL,
      topic text NOT NULL,
      partition integer NOT NULL,
      events bigint NOT NULL,
      event_bytes numeric NOT NULL,
      PRIMARY KEY (hour, topic, partition)
    ) WITH (fillfactor = 50);
  `,
};
