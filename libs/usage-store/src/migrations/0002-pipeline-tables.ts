import type { NumberedMigration } from './numbered-migration.ts';

/** The product's own bookkeeping. docs/commit-protocol.md tells how the tables work together. */
export const pipelineTables: NumberedMigration = {
  name: '0002-pipeline-tables',
  sql: `
    -- One row: the versions of programs that the functions accept (schema/apply-schema.ts writes it).
    CREATE TABLE pipeline.schema_version (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      version integer NOT NULL,
      compatible_since integer NOT NULL CHECK (compatible_since <= version)
    );

    -- One row: the text of the functions and views that were declared last, as a checksum.
    CREATE TABLE pipeline.declared_schema (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      checksum text NOT NULL,
      declared_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- One row: which installation this is. A copy of the database has the same number (pipeline.database_identity).
    CREATE TABLE pipeline.installation (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      id uuid NOT NULL DEFAULT gen_random_uuid()
    );
    INSERT INTO pipeline.installation DEFAULT VALUES;

    -- The initial users that were added once: one that somebody deletes stays deleted.
    CREATE TABLE pipeline.initial_user (
      id text COLLATE "C" PRIMARY KEY,
      added_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- Which stream this database belongs to: another topic, group, cluster or archive is refused.
    CREATE TABLE pipeline.stream (
      topic text PRIMARY KEY,
      group_id text NOT NULL,
      cluster_id text NOT NULL,
      archive_url text,
      allowed_lateness interval NOT NULL,
      registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      -- Its positions, files and totals stay; no worker takes it up again, and no hour waits for it.
      retired_at timestamptz
    );
    CREATE UNIQUE INDEX stream_not_retired ON pipeline.stream ((true)) WHERE retired_at IS NULL;

    CREATE TABLE pipeline.position (
      sink text NOT NULL CHECK (sink IN ('totals', 'archive')),
      topic text NOT NULL REFERENCES pipeline.stream,
      partition integer NOT NULL CHECK (partition >= 0),
      next_offset bigint NOT NULL DEFAULT 0 CHECK (next_offset >= 0),
      epoch bigint NOT NULL DEFAULT 0,
      owner text,
      -- The last record below next_offset that was seen, to notice a topic that was created again.
      fingerprint_offset bigint,
      fingerprint text,
      -- Greatest of min(event time, record timestamp) over the records below next_offset.
      greatest_event_time timestamp,
      moved_at timestamptz,
      PRIMARY KEY (sink, topic, partition)
    );

    -- By which version of the decoder a partition's records from from_offset on are decoded, for both sinks.
    CREATE TABLE pipeline.decoder (
      topic text NOT NULL,
      partition integer NOT NULL,
      version integer NOT NULL,
      from_offset bigint NOT NULL,
      PRIMARY KEY (topic, partition)
    );

    -- End offsets as the workers noted them, with the clock of Postgres read before the offset, until the archive
    -- has reached them.
    CREATE TABLE pipeline.partition_end (
      topic text NOT NULL,
      partition integer NOT NULL,
      end_offset bigint NOT NULL,
      -- What lies below end_offset has been waiting since then, if the archive lacks it.
      first_noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      noted_at timestamptz NOT NULL,
      PRIMARY KEY (topic, partition, end_offset)
    );

    -- One row per partition that the topic has: everything that had arrived by archived_until is in the archive.
    CREATE TABLE pipeline.partition_progress (
      topic text NOT NULL,
      partition integer NOT NULL,
      -- NULL for a partition that the topic has, and whose end could never be read.
      end_offset bigint,
      noted_at timestamptz NOT NULL,
      archived_until timestamptz,
      PRIMARY KEY (topic, partition)
    );

    -- Partitions at which a worker has stopped, and why. The rows of a partition are those of its present owner.
    CREATE TABLE pipeline.partition_fault (
      topic text NOT NULL,
      partition integer NOT NULL,
      code text NOT NULL,
      sink text,
      detail text NOT NULL,
      since timestamptz NOT NULL DEFAULT clock_timestamp(),
      owner text NOT NULL,
      PRIMARY KEY (topic, partition)
    );

    CREATE TABLE pipeline.dead_letter (
      topic text NOT NULL,
      partition integer NOT NULL,
      "offset" bigint NOT NULL,
      reason text NOT NULL,
      detail text NOT NULL,
      record_timestamp timestamptz,
      key bytea,
      payload bytea,
      -- Length of the record's value; payload holds its beginning when it is longer than what is kept.
      payload_bytes bigint,
      seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition, "offset")
    );

    -- From first_offset to last_offset, so many records have this reason and are no rows of pipeline.dead_letter. Their
    -- payloads are where they came from, in the topic.
    CREATE TABLE pipeline.dead_letter_range (
      topic text NOT NULL,
      partition integer NOT NULL,
      reason text NOT NULL,
      first_offset bigint NOT NULL,
      last_offset bigint NOT NULL,
      records bigint NOT NULL,
      first_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition, reason, first_offset),
      CHECK (records BETWEEN 1 AND last_offset - first_offset + 1)
    );

    -- One row a record: it is recorded before the record is sent, so that none is sent twice whatever dies in between.
    CREATE TABLE pipeline.dead_letter_replay (
      topic text NOT NULL,
      partition integer NOT NULL,
      "offset" bigint NOT NULL,
      attempted_by text NOT NULL,
      attempted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      -- NULL: nobody knows, as after a crash. A record that was refused is in no topic again, and may be tried again.
      outcome text CHECK (outcome IN ('sent', 'refused', 'unknown')),
      -- Of the new record, in the same partition.
      new_offset bigint,
      detail text,
      ended_at timestamptz,
      PRIMARY KEY (topic, partition, "offset"),
      CHECK ((outcome = 'sent') = (new_offset IS NOT NULL))
    );

    -- Records that retention deleted before they were read, as somebody acknowledged them.
    CREATE TABLE pipeline.acknowledged_gap (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      sink text NOT NULL,
      topic text NOT NULL,
      partition integer NOT NULL,
      from_offset bigint NOT NULL,
      to_offset bigint NOT NULL CHECK (to_offset > from_offset),
      -- How many records of that range the sink lacks at most.
      records_at_most bigint NOT NULL CHECK (records_at_most BETWEEN 0 AND to_offset - from_offset),
      -- By when the partition was archived at that moment: hours that were final by then lack nothing.
      archived_until timestamptz,
      detail text,
      acknowledged_by text NOT NULL,
      acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- Logs that were truncated below a position, as somebody acknowledged them: from from_offset on the log holds other
    -- records than those that were read there, or none. What was read is counted and archived, and stays so.
    CREATE TABLE pipeline.acknowledged_truncation (
      topic text NOT NULL,
      partition integer NOT NULL,
      -- The one that begins: names of files written from now on carry it.
      generation integer NOT NULL CHECK (generation > 0),
      from_offset bigint NOT NULL,
      -- The positions of that moment: up to them records are counted, and archived, that are gone.
      totals_end bigint,
      archive_end bigint,
      archived_until timestamptz,
      detail text,
      acknowledged_by text NOT NULL,
      acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition, generation)
    );

    -- Dead letters at offsets where the log holds other records since: what was known of them, and of which generation
    -- they were. A range that begins before the truncation is here as a whole.
    CREATE TABLE pipeline.gone_dead_letter (
      LIKE pipeline.dead_letter,
      generation integer NOT NULL,
      PRIMARY KEY (topic, partition, generation, "offset")
    );
    CREATE TABLE pipeline.gone_dead_letter_range (
      LIKE pipeline.dead_letter_range,
      generation integer NOT NULL,
      PRIMARY KEY (topic, partition, generation, reason, first_offset)
    );
    CREATE TABLE pipeline.gone_dead_letter_replay (
      LIKE pipeline.dead_letter_replay,
      generation integer NOT NULL,
      PRIMARY KEY (topic, partition, generation, "offset")
    );

    -- Files of chunks that were given up before they existed: a worker that thaws may create one even so. It is adopted.
    CREATE TABLE pipeline.abandoned_path (
      path text COLLATE "C" PRIMARY KEY,
      topic text NOT NULL,
      partition integer NOT NULL,
      start_offset bigint NOT NULL,
      end_offset bigint NOT NULL,
      decoder_version integer NOT NULL,
      -- Where the log was truncated: what the file would hold of [start_offset, readable_end) can be read still.
      readable_end bigint,
      abandoned_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- A chunk that is being written: at most one per partition.
    CREATE TABLE pipeline.archive_intent (
      topic text NOT NULL,
      partition integer NOT NULL,
      start_offset bigint NOT NULL,
      end_offset bigint NOT NULL CHECK (end_offset > start_offset),
      decoder_version integer NOT NULL,
      -- Paths relative to the archive's root, in order.
      paths text[] NOT NULL,
      recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition)
    );

    -- The manifest.
    CREATE TABLE pipeline.archive_file (
      path text COLLATE "C" PRIMARY KEY,
      hour timestamp NOT NULL,
      topic text NOT NULL,
      partition integer NOT NULL,
      -- The chunk [start_offset, end_offset) that the file is part of.
      start_offset bigint NOT NULL,
      end_offset bigint NOT NULL,
      row_count bigint NOT NULL CHECK (row_count > 0),
      -- Sum of the events' bytes.
      event_bytes numeric NOT NULL,
      size_bytes bigint NOT NULL,
      -- SHA-256 of the file, in hexadecimal.
      checksum text NOT NULL,
      decoder_version integer NOT NULL,
      -- Of the partition's log, as the name says.
      generation integer NOT NULL
        GENERATED ALWAYS AS (coalesce(substring(path FROM '-\\d+\\.(\\d+)-\\d+-\\d+\\.parquet$')::integer, 0)) STORED,
      committed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX archive_file_hour ON pipeline.archive_file (hour);

    -- Events that the totals hold of an hour and a partition. What the archive does not hold of them yet lies between its
    -- position and counted_end; what of that came in time, between its position and on_time_end.
    CREATE TABLE pipeline.counted_hour (
      hour timestamp NOT NULL,
      topic text NOT NULL,
      partition integer NOT NULL,
      events bigint NOT NULL,
      event_bytes numeric NOT NULL,
      -- One past the offset of the last event counted.
      counted_end bigint NOT NULL,
      -- One past the last offset of the last commit for which the hour was not late yet; NULL when there was none.
      on_time_end bigint,
      PRIMARY KEY (hour, topic, partition)
    ) WITH (fillfactor = 50);

    -- The revision counts the commits that changed an hour of the archive.
    CREATE TABLE pipeline.hour (
      hour timestamp PRIMARY KEY CHECK (hour = date_trunc('hour', hour)),
      revision bigint NOT NULL DEFAULT 0,
      changed_at timestamptz
    );

    CREATE TABLE pipeline.batch_run (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      hour timestamp NOT NULL REFERENCES pipeline.hour,
      -- The revision that the run read: the hour is dirty when it has a greater one since.
      revision bigint NOT NULL,
      was_final boolean NOT NULL,
      engine text NOT NULL,
      -- [{path, rows, sizeBytes, partition, startOffset, endOffset}]
      input_files jsonb NOT NULL,
      events bigint NOT NULL,
      event_bytes numeric NOT NULL,
      hourly_rows bigint NOT NULL,
      users_over_quota bigint NOT NULL,
      users_without_metadata bigint NOT NULL,
      started_at timestamptz NOT NULL,
      finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX batch_run_hour ON pipeline.batch_run (hour, revision);

    -- Usage of each user by hour as the stream has it so far.
    CREATE TABLE pipeline.user_hour_usage (
      hour timestamp NOT NULL,
      id text COLLATE "C" NOT NULL,
      usage bigint NOT NULL,
      latest_event_time timestamp NOT NULL,
      PRIMARY KEY (hour, id)
    ) WITH (fillfactor = 50);

    -- The first time that a user's usage of an hour passed the quota.
    CREATE TABLE pipeline.quota_crossing (
      hour timestamp NOT NULL,
      id text COLLATE "C" NOT NULL,
      usage bigint NOT NULL,
      quota bigint NOT NULL,
      -- Greatest event time of the user's events of that hour up to the commit that passed the quota.
      event_time timestamp NOT NULL,
      seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (hour, id)
    );
  `,
};
