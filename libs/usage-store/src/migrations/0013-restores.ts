import type { NumberedMigration } from './numbered-migration.ts';

/** Restores of the database to an earlier time (docs/commit-protocol.md, "A restored database"). */
export const restores: NumberedMigration = {
  name: '0013-restores',
  sql: `
    -- One row per restore that speed-layer:settle-restore has settled or begun to settle. While one is open (ended_at is
    -- NULL), no worker can claim a partition.
    CREATE TABLE pipeline.restore (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      aside_url text NOT NULL,
      began_by text NOT NULL,
      began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      ended_at timestamptz
    );
    CREATE UNIQUE INDEX restore_open ON pipeline.restore ((true)) WHERE ended_at IS NULL;

    -- The files of the archive that the restored manifest does not know, written before they leave the archive.
    CREATE TABLE pipeline.set_aside_file (
      restore bigint NOT NULL REFERENCES pipeline.restore,
      path text COLLATE "C" NOT NULL,
      checksum text NOT NULL,
      size_bytes bigint NOT NULL,
      row_count bigint NOT NULL,
      -- Events of the file that have lost their id in an erasure.
      erased_events bigint NOT NULL,
      noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (restore, path, checksum)
    );
  `,
};
