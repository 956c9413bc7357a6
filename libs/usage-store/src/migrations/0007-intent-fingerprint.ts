import type { NumberedMigration } from './numbered-migration.ts';

/** The last record of the chunk that an open intent announces (docs/commit-protocol.md, "Archive"). */
export const intentFingerprint: NumberedMigration = {
  name: '0007-intent-fingerprint',
  sql: `
    -- NULL where a program of schema version 4 has recorded the intent.
    ALTER TABLE pipeline.archive_intent
      ADD COLUMN fingerprint_offset bigint,
      ADD COLUMN fingerprint text;
  `,
};
