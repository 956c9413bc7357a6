/** Calls of the functions of the retention (../schema/retention.sql.ts, ../schema/removal.sql.ts). */

export const RAISE_FLOOR = `
  SELECT pipeline.raise_floor(p_version => :version, p_kind => :kind, p_days => :days, p_dry_run => :isDryRun) AS answer`;

export const REMOVABLE_PARTITIONS = `
  SELECT pipeline.removable_partitions(p_version => :version, p_kind => :kind) AS answer`;

export const REMOVE_BELOW_FLOOR = `
  SELECT pipeline.remove_below_floor(p_version => :version, p_partition => :partition, p_may_wait => :mayWait) AS answer`;

export const RETENTION_TOTALS = `
  SELECT pipeline.retention_totals(p_version => :version) AS answer`;
