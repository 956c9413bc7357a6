import type { NumberedMigration } from './numbered-migration.ts';

/**
 * What each hour's last run and last reconciliation say, beside the hour, so that indexes find the hours that still
 * need attention. Nearly all hours of an old database need none, and no query that runs each minute reads them.
 */
export const settledHours: NumberedMigration = {
  name: '0008-settled-hours',
  sql: `
    -- An hour is settled when its last run was final and the archive has not changed since.
    ALTER TABLE pipeline.hour
      ADD COLUMN computed_revision bigint NOT NULL DEFAULT 0,
      ADD COLUMN computed_final boolean NOT NULL DEFAULT false,
      ADD COLUMN computed_at timestamptz,
      ADD COLUMN reconciled_at timestamptz;

    UPDATE pipeline.hour AS h SET computed_revision = r.revision, computed_final = r.was_final, computed_at = r.finished_at
    FROM (
      SELECT DISTINCT ON (b.hour) b.hour, b.revision, b.was_final, b.finished_at
      FROM pipeline.batch_run AS b
      ORDER BY b.hour, b.revision DESC, b.id DESC
    ) AS r
    WHERE r.hour = h.hour;
    UPDATE pipeline.hour AS h SET reconciled_at = r.reconciled_at FROM pipeline.reconciled_hour AS r WHERE r.hour = h.hour;

    -- A query uses a partial index only if its condition is the same as that of the index.
    CREATE INDEX hour_unsettled ON pipeline.hour (hour) WHERE revision > computed_revision OR NOT computed_final;
    CREATE INDEX hour_to_reconcile ON pipeline.hour (hour)
      WHERE reconciled_at IS NULL OR changed_at >= reconciled_at OR computed_at >= reconciled_at;
    CREATE INDEX reconciled_hour_unexplained ON pipeline.reconciled_hour (hour)
      WHERE unexplained_bytes > 0 OR file_problems > 0;
    CREATE INDEX reconciled_hour_newest ON pipeline.reconciled_hour (reconciled_at);

    -- Finds the hours with events beyond the archive position of a partition.
    CREATE INDEX counted_hour_end ON pipeline.counted_hour (topic, partition, counted_end);
  `,
};
