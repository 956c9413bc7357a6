import type { NumberedMigration } from './numbered-migration.ts';

/** The losses by hour, and the last comparison of each hour (docs/commit-protocol.md, "Reconciliation"). */
export const reconciliationTables: NumberedMigration = {
  name: '0006-reconciliation',
  sql: `
    -- An acknowledgement has moved the position past unread records below this offset. 0: none has.
    ALTER TABLE pipeline.position ADD COLUMN skipped_until bigint NOT NULL DEFAULT 0;

    -- Bytes that one sink has and the other one will never have, by acknowledgements. A positive number is counted and
    -- will never be archived; a negative one is archived and will never be counted.
    CREATE TABLE pipeline.lost_hour (
      hour timestamp NOT NULL,
      topic text NOT NULL,
      partition integer NOT NULL,
      -- The part that was known exactly at the acknowledgement.
      event_bytes numeric NOT NULL DEFAULT 0,
      -- Bounds of the part that was not known exactly: where the other sink had not passed the lost records yet, the
      -- difference between the sinks consisted of lost events and of events that were still to be processed.
      at_least numeric NOT NULL DEFAULT 0 CHECK (at_least <= 0),
      at_most numeric NOT NULL DEFAULT 0 CHECK (at_most >= 0),
      PRIMARY KEY (hour, topic, partition)
    );

    -- The last reconciliation of each hour, for the metric and for --due.
    CREATE TABLE pipeline.reconciled_hour (
      hour timestamp PRIMARY KEY,
      -- Bytes that no cause explains: the sum of the absolute values, over the types.
      unexplained_bytes numeric NOT NULL CHECK (unexplained_bytes >= 0),
      -- Files of the archive that contradict the manifest.
      file_problems bigint NOT NULL CHECK (file_problems >= 0),
      reconciled_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
  `,
};
