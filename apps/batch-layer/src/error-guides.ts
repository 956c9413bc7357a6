import { type ErrorGuides, knownFailure } from '@antenna/cli';
import { type Finality, type FinalityObstacle, HourNotFinalError } from '@antenna/hourly-batch';

/** Exit code when hours are not final yet, or what a command needs is under way: run the command again later. */
export const NOT_FINAL = 3;

const FINALITY_ADVICE: Readonly<Partial<Record<FinalityObstacle, string>>> = {
  'topic not read': 'start speed-layer',
  gap: 'run speed-layer:acknowledge-gap (after LOG_TRUNCATED: speed-layer:acknowledge-truncation)',
  'partition not claimed':
    'see that a speed-layer with the archive sink runs, and that no other database uses its KAFKA_GROUP_ID',
  'clock set back': 'see speed-layer:forget-notes',
  'waiting for files':
    'wait until speed-layer writes its next file (ARCHIVE_ROLL_INTERVAL_MS), or run speed-layer:drain',
};

const RUN_LATER = 'run it again later, or without --require-final';
const VERIFY = 'batch-layer:verify finds the file that does not hold what the manifest says';

/** Exit codes and advice for the errors of the batch layer's core. */
export const errorGuides: ErrorGuides = {
  HOUR_NOT_FINAL: { exitCode: NOT_FINAL, advice: notFinalAdvice },
  ARCHIVE_LISTING: {
    exitCode: 1,
    advice: () => 'check ARCHIVE_URL, and whether files were added, replaced or removed by hand',
  },
  ARCHIVE_CONTENT: { exitCode: 1 },
  TOTALS_CONTRADICTION: { exitCode: 1, advice: () => VERIFY },
  NEWER_RESULT: { exitCode: 1 },
  HOUR_BELOW_FLOOR: {
    exitCode: 1,
    advice: () => 'its events stay in the archive: batch-layer:explain finds them, batch-layer:verify proves the files',
  },
  HOUR_BEING_ERASED: {
    exitCode: NOT_FINAL,
    advice: () => 'run it again later; if batch-layer:erase was ended, run that again',
  },
  ERASURE_WAITS: {
    exitCode: NOT_FINAL,
    advice: () => 'run it again later, with a longer --wait, or after speed-layer:drain',
  },
  ERASURE_CONFLICT: { exitCode: 1, advice: () => `run it again; ${VERIFY}` },
  COMPACTION_CONTRADICTION: { exitCode: 1, advice: () => VERIFY },
  NO_MANIFEST: { exitCode: 1, advice: () => 'check ARCHIVE_URL' },
  CERTIFICATE_INVALID: {
    exitCode: 1,
    advice: () => 'print it again with batch-layer:certificate --output=json, and keep its bytes as they are',
  },
  ANALYTICS_CONFLICT: { exitCode: 1, advice: () => 'check ANALYTICS_URL' },
  UNKNOWN_COMPACTION: {
    exitCode: 1,
    advice: () => 'check ANALYTICS_URL; after a restore, remove the file if this stays when the workers have caught up',
  },
};

/** The reason why an hour is not final, and what the operator can do. */
export function obstacleText({ obstacle, reason }: Exclude<Finality, { isFinal: true }>): string {
  const advice = FINALITY_ADVICE[obstacle];
  return advice === undefined ? reason : `${reason}: ${advice}`;
}

function notFinalAdvice(error: Error): string {
  const advice = error instanceof HourNotFinalError ? FINALITY_ADVICE[error.obstacle] : undefined;
  return advice === undefined ? RUN_LATER : `${advice}; ${RUN_LATER}`;
}

/** A failure in one line: of a known error its code and what to do, of any other its message. */
export function failureText(error: unknown): string {
  const known = knownFailure(error, errorGuides);
  if (known !== undefined) return known.message;
  return error instanceof Error ? error.message : String(error);
}
