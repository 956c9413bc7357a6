import { archive } from './archive.sql.ts';
import { certificates } from './certificates.sql.ts';
import { corrections } from './corrections.sql.ts';
import { dashboards } from './dashboards.sql.ts';
import { days } from './days.sql.ts';
import { deadLetters } from './dead-letters.sql.ts';
import { decoder } from './decoder.sql.ts';
import { erasedFiles } from './erased-files.sql.ts';
import { erasedRecords } from './erased-records.sql.ts';
import { erasedRows } from './erased-rows.sql.ts';
import { explanation } from './explanation.sql.ts';
import { faults } from './faults.sql.ts';
import { finality } from './finality.sql.ts';
import { gaps } from './gaps.sql.ts';
import { hours } from './hours.sql.ts';
import { lateness } from './lateness.sql.ts';
import { losses } from './losses.sql.ts';
import { partitions } from './partitions.sql.ts';
import { positions } from './positions.sql.ts';
import { progress } from './progress.sql.ts';
import { quotaEvents } from './quota-events.sql.ts';
import { quotaPublisher } from './quota-publisher.sql.ts';
import { reconciliation } from './reconciliation.sql.ts';
import { removal } from './removal.sql.ts';
import { restores } from './restores.sql.ts';
import { retention } from './retention.sql.ts';
import { runs } from './runs.sql.ts';
import { shownRange } from './shown-range.sql.ts';
import { stagedTotals } from './staged-totals.sql.ts';
import { stream } from './stream.sql.ts';
import { streamMoves } from './stream-moves.sql.ts';
import { totals } from './totals.sql.ts';
import { truncations } from './truncations.sql.ts';
import { userHours } from './user-hours.sql.ts';
import { versionsAndTimes } from './versions-and-times.sql.ts';
import { windowSums } from './window-sums.sql.ts';
import type { SchemaFamily } from './schema-family.ts';

/** All functions and views of schema `pipeline`. Each family stands after the families that it uses. */
export const schemaFamilies: readonly SchemaFamily[] = [
  versionsAndTimes,
  stream,
  decoder,
  partitions,
  positions,
  quotaEvents,
  quotaPublisher,
  lateness,
  losses,
  runs,
  windowSums,
  userHours,
  totals,
  stagedTotals,
  archive,
  progress,
  faults,
  gaps,
  truncations,
  finality,
  streamMoves,
  erasedFiles,
  restores,
  hours,
  retention,
  removal,
  reconciliation,
  days,
  deadLetters,
  dashboards,
  shownRange,
  corrections,
  certificates,
  explanation,
  erasedRows,
  erasedRecords,
];
