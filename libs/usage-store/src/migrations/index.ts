import { publicTables } from './0001-public-tables.ts';
import { pipelineTables } from './0002-pipeline-tables.ts';
import { quotaEvents } from './0003-quota-events.ts';
import { correctionsAndCertificates } from './0004-corrections-and-certificates.ts';
import { latenessAndDays } from './0005-lateness-and-days.ts';
import { reconciliationTables } from './0006-reconciliation.ts';
import { intentFingerprint } from './0007-intent-fingerprint.ts';
import { settledHours } from './0008-settled-hours.ts';
import { partitions } from './0009-partitions.ts';
import { retention } from './0010-retention.ts';
import { erasures } from './0012-erasures.ts';
import { restores } from './0013-restores.ts';
import { streamMoves } from './0014-stream-moves.ts';
import { steadyDashboards } from './0015-steady-dashboards.ts';
import { quotasByUser } from './0016-quotas-by-user.ts';
import { stagedTotals } from './0017-staged-totals.ts';
import type { NumberedMigration } from './numbered-migration.ts';

/** The migrations of the tables, in order. Functions and views are declared in ../schema. */
export const migrations: readonly NumberedMigration[] = [
  publicTables,
  pipelineTables,
  quotaEvents,
  correctionsAndCertificates,
  latenessAndDays,
  reconciliationTables,
  intentFingerprint,
  settledHours,
  partitions,
  retention,
  erasures,
  restores,
  streamMoves,
  steadyDashboards,
  quotasByUser,
  stagedTotals,
];
