const version = '(SELECT version FROM pipeline.schema_version)';
const allTime = '0, 253402300800000';

/** What the programs ask again and again, by the name of who asks. */
export const repeatedStatements: readonly (readonly [asked: string, statement: string])[] = [
  ['hours of run --due', `SELECT pipeline.hour_statuses(${version}, ${allTime}, 0)`],
  ['hours of status', `SELECT pipeline.hour_statuses(${version}, ${allTime}, 24)`],
  ['hours of reconcile --due', `SELECT pipeline.hours_to_reconcile(${version}, '48 hours')`],
  [
    'manifest of an hour',
    `SELECT pipeline.read_manifest(${version}, 'file:///years', (extract(epoch FROM date_trunc('hour', now()) - interval '3 hours') * 1000)::bigint)`,
  ],
  [
    'reconciliation of an hour',
    `SELECT pipeline.reconcile(${version}, (extract(epoch FROM date_trunc('hour', now()) - interval '3 hours') * 1000)::bigint, (extract(epoch FROM date_trunc('hour', now()) - interval '2 hours') * 1000)::bigint)`,
  ],
  ['sum of a day', `SELECT pipeline.sum_day(${version})`],
  ['floor of retention', `SELECT pipeline.raise_floor(${version}, 'windows', 90, true)`],
  ['stream of the metrics', `SELECT * FROM pipeline.stream_status('devices')`],
  ['reconciliation of the metrics', 'SELECT * FROM pipeline.reconciliation_status()'],
  ['unsent quota events', `SELECT pipeline.unsent_quota_events(${version})`],
  ['lateness', 'SELECT pipeline.lateness_summary()'],
  ['dead letters by reason', `SELECT * FROM pipeline.refused_records('devices')`],
];

/** For each table of this database: the rows that sequential scans have read so far, and all that were read with them. */
export const READ_ROWS = `
  SELECT t.relname AS name, t.seq_tup_read::float8 AS scanned, (t.seq_tup_read + i.read)::float8 AS read
  FROM pg_stat_user_tables AS t
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(n.idx_tup_read), 0) AS read FROM pg_stat_user_indexes AS n WHERE n.relid = t.relid
  ) AS i`;

export const FLUSH_STATISTICS = 'SELECT pg_stat_force_next_flush()';

/** Lets the floor of windows rise to the month of a time without a look at the hours. */
export const RAISE_FLOOR = `
  UPDATE pipeline.retention_floor SET floor = date_trunc('month', now() AT TIME ZONE 'UTC' - :days * interval '1 day')
  WHERE kind = 'windows'`;
