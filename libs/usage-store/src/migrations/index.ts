import { publicTables } from './0001-public-tables.ts';
import { pipelineTables } from './0002-pipeline-tables.ts';
import { speedFunctions } from './0003-speed-functions.ts';
import { batchFunctions } from './0004-batch-functions.ts';
import { servingViews } from './0006-serving-views.ts';
import { deadLetterRanges } from './0007-dead-letter-ranges.ts';
import { deadLetterReplays } from './0008-dead-letter-replays.ts';
import { cheaperCommits } from './0009-cheaper-commits.ts';
import { rowsWithoutCopies } from './0010-rows-without-copies.ts';
import { cheaperHours } from './0011-cheaper-hours.ts';
import type { NumberedMigration } from './numbered-migration.ts';

/** All steps, in order. */
export const migrations: readonly NumberedMigration[] = [
  publicTables,
  pipelineTables,
  speedFunctions,
  batchFunctions,
  servingViews,
  deadLetterRanges,
  deadLetterReplays,
  cheaperCommits,
  rowsWithoutCopies,
  cheaperHours,
];
