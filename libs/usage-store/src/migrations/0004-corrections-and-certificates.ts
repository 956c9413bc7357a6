import type { NumberedMigration } from './numbered-migration.ts';

/** What is recorded about results of final hours: corrections and certificates. Triggers refuse every change of a row. */
export const correctionsAndCertificates: NumberedMigration = {
  name: '0004-corrections-and-certificates',
  sql: `
    -- The runs that changed an hour after one of its runs was final.
    CREATE TABLE pipeline.hour_correction_run (
      run_id bigint PRIMARY KEY REFERENCES pipeline.batch_run,
      hour timestamp NOT NULL,
      -- The run whose result was replaced.
      former_run_id bigint NOT NULL REFERENCES pipeline.batch_run,
      old_revision bigint NOT NULL,
      new_revision bigint NOT NULL,
      was_final boolean NOT NULL,
      -- [{kind, …}]; docs/commit-protocol.md lists the kinds.
      causes jsonb NOT NULL,
      -- Changed rows of bytes_hourly and of user_quota_limit.
      hourly_rows bigint NOT NULL,
      quota_rows bigint NOT NULL,
      corrected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      CHECK (hourly_rows + quota_rows > 0)
    );
    CREATE INDEX hour_correction_run_hour ON pipeline.hour_correction_run (hour, run_id);

    -- The rows that these runs changed; NULL stands for no row. run_id is not a foreign key, which would cost a look-up
    -- for each of a million rows; only pipeline.record_correction_run and its callees write here.
    CREATE TABLE pipeline.hour_correction (
      run_id bigint NOT NULL,
      -- A type of bytes_hourly, or user_quota_limit.
      type text COLLATE "C" NOT NULL,
      -- The id in bytes_hourly, or the e-mail in user_quota_limit.
      id text COLLATE "C",
      -- 1, 2, … for rows of user_quota_limit with the same e-mail; otherwise 1.
      number bigint NOT NULL DEFAULT 1,
      old_value bigint,
      new_value bigint,
      old_quota bigint,
      new_quota bigint,
      CHECK (num_nonnulls(old_value, new_value) > 0)
    );
    CREATE UNIQUE INDEX hour_correction_key ON pipeline.hour_correction (run_id, type, id, number) NULLS NOT DISTINCT;
    -- Without a replica identity, a publication of all tables refuses updates and deletes (see 0001-public-tables).
    ALTER TABLE pipeline.hour_correction REPLICA IDENTITY FULL;

    -- The chain of certificates. content is RFC 8785 JSON, to the byte; hash is its member "hash".
    CREATE TABLE pipeline.certificate (
      number bigint PRIMARY KEY CHECK (number > 0),
      hour timestamp NOT NULL,
      run_id bigint NOT NULL UNIQUE REFERENCES pipeline.batch_run,
      content text NOT NULL,
      hash text NOT NULL UNIQUE,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX certificate_hour ON pipeline.certificate (hour, number);

    -- A member of a JSON object, with its value in canonical form.
    CREATE TYPE pipeline.canonical_member AS (key text, value text);

    -- One row: the newest certificate. Its lock puts certificates in order.
    CREATE TABLE pipeline.certificate_head (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      number bigint NOT NULL DEFAULT 0,
      hash text
    );
    INSERT INTO pipeline.certificate_head DEFAULT VALUES;
  `,
};
