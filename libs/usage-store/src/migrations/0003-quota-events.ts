import type { NumberedMigration } from './numbered-migration.ts';

/** The reports of users near and over quota, and who sends them. */
export const quotaEvents: NumberedMigration = {
  name: '0003-quota-events',
  sql: `
    -- Only a database that was made before this migration has the table: its rows are events now.
    DROP TABLE IF EXISTS pipeline.quota_crossing;

    -- The quota events of all hours: a record, and the queue of what is to be sent. The transaction that makes
    -- a state true adds the row, which changes only once, when the event is sent.
    CREATE TABLE pipeline.quota_event (
      -- Ascends in the order in which the events of a user were found. The numbers of different users can become
      -- visible in any order, so no reader may continue after the greatest number that it has seen.
      number bigint GENERATED ALWAYS AS IDENTITY,
      id text COLLATE "C" NOT NULL,
      -- 1, 2, 3, … for each user, so that a consumer notices a missing event.
      sequence bigint NOT NULL,
      hour timestamp NOT NULL,
      state text NOT NULL CHECK (state IN ('warned', 'exceeded', 'confirmed', 'withdrawn', 'exceeded_late')),
      usage bigint NOT NULL,
      quota bigint NOT NULL,
      -- Of the stream: greatest event time of the user's events of that hour, up to and including that commit.
      event_time timestamp,
      -- Of the batch layer: the revision of the hour that was computed.
      revision bigint,
      seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      sent_at timestamptz,
      PRIMARY KEY (hour, id, quota, state),
      CHECK ((state IN ('warned', 'exceeded')) = (revision IS NULL))
    );
    CREATE UNIQUE INDEX quota_event_unsent ON pipeline.quota_event (number) WHERE sent_at IS NULL;

    -- The number of quota events of a user. A transaction locks the row before it adds events, so that the events of a
    -- user are numbered in the order of their commits, also those of different hours.
    CREATE TABLE pipeline.quota_user (
      id text COLLATE "C" PRIMARY KEY,
      events bigint NOT NULL
    ) WITH (fillfactor = 50);

    -- At most one row: the worker that sends the events.
    CREATE TABLE pipeline.quota_publisher (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      owner text NOT NULL,
      leased_until timestamptz NOT NULL
    );
  `,
};
