import type { NumberedMigration } from './numbered-migration.ts';

/** The sums of large commits, on their way into the tables. */
export const stagedTotals: NumberedMigration = {
  name: '0017-staged-totals',
  sql: `
    -- Parts of commits that are too large for one call (docs/commit-protocol.md, "Large commits"): columns of rows as
    -- pipeline.commit_totals takes them. A part may be lost, with its worker or with the server: its commit is then refused.
    CREATE UNLOGGED TABLE pipeline.staged_totals (
      topic text NOT NULL,
      partition integer NOT NULL,
      epoch bigint NOT NULL,
      from_offset bigint NOT NULL,
      part integer NOT NULL,
      window_ms bigint[] NOT NULL,
      types text[] NOT NULL,
      ids text[] NOT NULL,
      sums bigint[] NOT NULL,
      hour_ms bigint[] NOT NULL,
      users text[] NOT NULL,
      usages bigint[] NOT NULL,
      latest_ms bigint[] NOT NULL,
      PRIMARY KEY (topic, partition, epoch, from_offset, part)
    );
    -- Compressing them would take longer than writing them.
    ALTER TABLE pipeline.staged_totals
      ALTER COLUMN window_ms SET STORAGE EXTERNAL, ALTER COLUMN types SET STORAGE EXTERNAL,
      ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN sums SET STORAGE EXTERNAL,
      ALTER COLUMN hour_ms SET STORAGE EXTERNAL, ALTER COLUMN users SET STORAGE EXTERNAL,
      ALTER COLUMN usages SET STORAGE EXTERNAL, ALTER COLUMN latest_ms SET STORAGE EXTERNAL;
  `,
};
