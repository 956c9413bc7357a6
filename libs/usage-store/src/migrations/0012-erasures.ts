import type { NumberedMigration } from './numbered-migration.ts';

/** What erasing a person leaves behind: when and how much, never whom (docs/commit-protocol.md, "Erasure"). */
export const erasures: NumberedMigration = {
  name: '0012-erasures',
  sql: `
    -- One row per run of batch-layer:erase. ended_at is NULL while it goes on, and for ever if it was killed.
    CREATE TABLE pipeline.erasure (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      began_by text NOT NULL DEFAULT session_user,
      began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      ended_at timestamptz,
      -- Files that were rewritten, and events in them whose id was removed.
      files bigint NOT NULL DEFAULT 0,
      events bigint NOT NULL DEFAULT 0
    );

    -- Events of the file that have lost their id.
    ALTER TABLE pipeline.archive_file
      ADD COLUMN erased_events bigint NOT NULL DEFAULT 0 CHECK (erased_events BETWEEN 0 AND row_count);

    -- The last revision that an erasure made. A result of an older revision may hold an erased person.
    ALTER TABLE pipeline.hour ADD COLUMN erased_revision bigint NOT NULL DEFAULT 0;

    -- Files that are being rewritten. A file of the archive has the checksum of the manifest, or one of these.
    CREATE TABLE pipeline.archive_replacement (
      path text COLLATE "C" NOT NULL REFERENCES pipeline.archive_file,
      checksum text NOT NULL,
      size_bytes bigint NOT NULL,
      erased_events bigint NOT NULL,
      -- The first erasure that proposed this file.
      proposed_by bigint NOT NULL REFERENCES pipeline.erasure,
      -- The last erasure that proposed a replacement of the file. Only this one may settle it.
      erasure bigint NOT NULL REFERENCES pipeline.erasure,
      proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (path, checksum)
    );
  `,
};
