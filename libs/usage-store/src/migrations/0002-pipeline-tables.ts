import type { NumberedMigration } from './numbered-migration.ts';

/** The product's own state. docs/commit-protocol.md explains how the tables work together. */
export const pipelineTables: NumberedMigration = {
  name: '0002-pipeline-tables',
  sql: `
    -- One row: the program versions that the functions accept. schema/apply-schema.ts writes it.
    CREATE TABLE pipeline.schema_version (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      version integer NOT NULL,
      compatible_since integer NOT NULL CHECK (compatible_since <= version)
    );

    -- One row: the checksum over the text of the functions and views that are declared.
    CREATE TABLE pipeline.declared_schema (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      checksum text NOT NULL,
      declared_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- One row: the id of the installation. A copy of the database has the same id (see pipeline.database_identity).
    CREATE TABLE pipeline.installation (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      id uuid NOT NULL DEFAULT gen_random_uuid()
    );
    INSERT INTO pipeline.installation DEFAULT VALUES;

    -- The initial users that were added once, so that a deleted user stays deleted.
    CREATE TABLE pipeline.initial_user (
      id text COLLATE "C" PRIMARY KEY,
      added_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- The stream that this database belongs to: workers with another topic, group, cluster or archive are refused.
    CREATE TABLE pipeline.stream (
      topic text PRIMARY KEY,
      group_id text NOT NULL,
      cluster_id text NOT NULL,
      archive_url text,
      allowed_lateness interval NOT NULL,
      registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      -- A retired topic keeps its positions, files and totals; its workers are refused, and no hour waits for it.
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
      -- Offset and hash of the last record read below next_offset, to detect a replaced or truncated log.
      fingerprint_offset bigint,
      fingerprint text,
      -- Greatest of min(event time, record timestamp) over the records below next_offset.
      greatest_event_time timestamp,
      moved_at timestamptz,
      PRIMARY KEY (sink, topic, partition)
    );

    -- The decoder version for the records of a partition from from_offset on, in both sinks.
    CREATE TABLE pipeline.decoder (
      topic text NOT NULL,
      partition integer NOT NULL,
      version integer NOT NULL,
      from_offset bigint NOT NULL,
      PRIMARY KEY (topic, partition)
    );

    -- End offsets that workers noted, each with a time of the clock of Postgres that was read before the offset. They
    -- are kept until the archive has reached them.
    CREATE TABLE pipeline.partition_end (
      topic text NOT NULL,
      partition integer NOT NULL,
      end_offset bigint NOT NULL,
      -- Records below end_offset that the archive lacks have waited since this time.
      first_noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      noted_at timestamptz NOT NULL,
      PRIMARY KEY (topic, partition, end_offset)
    );

    -- One row per partition of the topic: all records that had arrived by archived_until are in the archive.
    CREATE TABLE pipeline.partition_progress (
      topic text NOT NULL,
      partition integer NOT NULL,
      -- NULL for a partition whose end offset could never be read.
      end_offset bigint,
      noted_at timestamptz NOT NULL,
      archived_until timestamptz,
      PRIMARY KEY (topic, partition)
    );

    -- Stopped partitions and the reason. Only the present owner of a partition writes its row.
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
      -- Length of the record's value; payload has only the beginning of a value that is too long to be stored.
      payload_bytes bigint,
      seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition, "offset")
    );

    -- The number of dead letters of one reason from first_offset to last_offset that are not stored in
    -- pipeline.dead_letter. Their payloads are in the topic only.
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

    -- One row per replayed record, written before the record is sent, so that a crash never leads to a second send.
    CREATE TABLE pipeline.dead_letter_replay (
      topic text NOT NULL,
      partition integer NOT NULL,
      "offset" bigint NOT NULL,
      attempted_by text NOT NULL,
      attempted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      -- NULL: the outcome is unknown, for example after a crash. A refused record did not reach the topic and may be
      -- sent again.
      outcome text CHECK (outcome IN ('sent', 'refused', 'unknown')),
      -- The offset of the new record, in the same partition.
      new_offset bigint,
      detail text,
      ended_at timestamptz,
      PRIMARY KEY (topic, partition, "offset"),
      CHECK ((outcome = 'sent') = (new_offset IS NOT NULL))
    );

    -- Gaps that operators acknowledged: records that retention deleted before a sink read them.
    CREATE TABLE pipeline.acknowledged_gap (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      sink text NOT NULL,
      topic text NOT NULL,
      partition integer NOT NULL,
      from_offset bigint NOT NULL,
      to_offset bigint NOT NULL CHECK (to_offset > from_offset),
      -- Upper bound of the number of records in that range that the sink lacks.
      records_at_most bigint NOT NULL CHECK (records_at_most BETWEEN 0 AND to_offset - from_offset),
      -- archived_until of the partition at the acknowledgement: hours that were final by then lack no record.
      archived_until timestamptz,
      detail text,
      acknowledged_by text NOT NULL,
      acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- Truncations that operators acknowledged: from from_offset on, the log has other records than those that were
    -- read, or none. The records that were read stay counted and archived.
    CREATE TABLE pipeline.acknowledged_truncation (
      topic text NOT NULL,
      partition integer NOT NULL,
      -- The generation that begins: the names of files written from now on contain it.
      generation integer NOT NULL CHECK (generation > 0),
      from_offset bigint NOT NULL,
      -- The positions at the acknowledgement: records up to them that the log has lost are counted, and archived.
      totals_end bigint,
      archive_end bigint,
      archived_until timestamptz,
      detail text,
      acknowledged_by text NOT NULL,
      acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (topic, partition, generation)
    );

    -- Dead letters at offsets that a truncation replaced, with their generation. A range that begins before the
    -- truncation is moved here as a whole.
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

    -- Files that did not exist when their chunks were given up. A frozen worker that thaws may still create one, which
    -- is then adopted.
    CREATE TABLE pipeline.abandoned_path (
      path text COLLATE "C" PRIMARY KEY,
      topic text NOT NULL,
      partition integer NOT NULL,
      start_offset bigint NOT NULL,
      end_offset bigint NOT NULL,
      decoder_version integer NOT NULL,
      -- After a truncation: the events of [start_offset, readable_end) can still be read for the file. Otherwise NULL.
      readable_end bigint,
      abandoned_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- The open intents, at most one per partition: chunks that are being written.
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

    -- The manifest of the archive.
    CREATE TABLE pipeline.archive_file (
      path text COLLATE "C" PRIMARY KEY,
      hour timestamp NOT NULL,
      topic text NOT NULL,
      partition integer NOT NULL,
      -- The chunk of the file: [start_offset, end_offset).
      start_offset bigint NOT NULL,
      end_offset bigint NOT NULL,
      row_count bigint NOT NULL CHECK (row_count > 0),
      -- Sum of the events' bytes.
      event_bytes numeric NOT NULL,
      size_bytes bigint NOT NULL,
      -- SHA-256 of the file, in hexadecimal.
      checksum text NOT NULL,
      decoder_version integer NOT NULL,
      -- The generation of the partition's log, from the file's name.
      generation integer NOT NULL
        GENERATED ALWAYS AS (coalesce(substring(path FROM '-\\d+\\.(\\d+)-\\d+-\\d+\\.parquet$')::integer, 0)) STORED,
      committed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX archive_file_hour ON pipeline.archive_file (hour);

    -- Events in the totals by hour and partition. Those that the archive lacks lie between its position and
    -- counted_end; those of them that were on time lie between its position and on_time_end.
    CREATE TABLE pipeline.counted_hour (
      hour timestamp NOT NULL,
      topic text NOT NULL,
      partition integer NOT NULL,
      events bigint NOT NULL,
      event_bytes numeric NOT NULL,
      -- One past the offset of the last event counted.
      counted_end bigint NOT NULL,
      -- One past the last offset of the last commit for which the hour was not late; NULL without such a commit.
      on_time_end bigint,
      PRIMARY KEY (hour, topic, partition)
    ) WITH (fillfactor = 50);

    -- The revision of an hour counts the commits that changed its files in the archive.
    CREATE TABLE pipeline.hour (
      hour timestamp PRIMARY KEY CHECK (hour = date_trunc('hour', hour)),
      revision bigint NOT NULL DEFAULT 0,
      changed_at timestamptz
    );

    CREATE TABLE pipeline.batch_run (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      hour timestamp NOT NULL REFERENCES pipeline.hour,
      -- The revision that the run read: the hour is dirty if its revision is greater.
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

    -- Usage of each user by hour, from the events committed so far.
    CREATE TABLE pipeline.user_hour_usage (
      hour timestamp NOT NULL,
      id text COLLATE "C" NOT NULL,
      usage bigint NOT NULL,
      latest_event_time timestamp NOT NULL,
      PRIMARY KEY (hour, id)
    ) WITH (fillfactor = 50);
  `,
};
