import { deletedRecords } from './deleted-records.ts';
import { erasedPerson } from './erased-person.ts';
import { killLeader, promotedStandby, readOnlyDatabase, restartPostgres } from './servers.ts';
import type { FaultKind } from './fault.ts';
import { constantRebalances, freeze, resize } from './group.ts';
import { fullDisk, storageTrouble } from './storage.ts';
import { blackHole, cut, slowDown } from './network.ts';
import {
  forgottenNotes,
  needlessAcknowledgement,
  releasedGroup,
  replayedDeadLetters,
  retiredTopic,
} from './operators-commands.ts';
import { racingBatches } from './racing-batches.ts';
import { retention } from './retention.ts';
import { truncatedLog } from './truncated-log.ts';

/** Every kind of fault but kills; a kind that stands here twice comes twice as often. */
export const FAULT_KINDS: readonly FaultKind[] = [
  freeze,
  freeze,
  freeze,
  resize,
  resize,
  resize,
  racingBatches,
  racingBatches,
  deletedRecords,
  constantRebalances,
  readOnlyDatabase,
  promotedStandby,
  needlessAcknowledgement,
  forgottenNotes,
  retiredTopic,
  releasedGroup,
  replayedDeadLetters,
  erasedPerson,
  retention,
  restartPostgres,
  killLeader,
  truncatedLog,
  fullDisk,
  ...(['postgres', 'kafka', 'gcs'] as const).flatMap((service) => [
    cut(service),
    slowDown(service),
    blackHole(service),
  ]),
  ...(['503', '429', 'reset in mid-upload', 'lost answer'] as const).map(storageTrouble),
];
