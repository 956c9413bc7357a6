/** Rejected payloads in memory at which the totals are flushed. */
const MAX_DEAD_LETTER_BYTES = 8 * 2 ** 20;

/**
 * Rows at which the totals are flushed: a window of a million users. The rows of the last batch and those of user hours
 * come on top, and the next commit is filled during this one. Where nearly every event has its own user, rows rather than
 * events fill the memory. Rows also determine a commit's duration: Postgres adds some 100,000 a second, so that a commit
 * ends within the statement time-out. A commit that times out would only be repeated unchanged.
 */
const MAX_ROWS = 2 ** 20;

/**
 * Flush intervals between commits while the lag exceeds the number of records in the next commit. The totals are late
 * then anyway, and fewer, larger commits write the row of a window fewer times: half as many commits of a backlog take
 * a fifth less of Postgres's time (docs/performance-profile.md).
 */
const INTERVALS_BEHIND = 2;

/** Flush intervals between commits while the lag exceeds the maximum number of records of a commit. */
const INTERVALS_FAR_BEHIND = 4;

/**
 * Flush intervals, and multiples of the maximum number of records, for which a commit waits for the end of a window. From
 * so many rows on, a window that is written at once needs a third of the time of one that is written in parts: its rows
 * are inserted in the order of their keys (docs/performance-profile.md).
 */
const GATHERING = { intervals: 40, maxRecords: 8, fromRows: 100_000 };

/** What the next commit would hold. */
export interface Unsaved {
  readonly records: number;
  readonly rows: number;
  /** Rows of the newest window, the only one that grows while events come in the order of their times. */
  readonly newestRows: number;
  readonly deadLetterBytes: number;
  /** Records that wait in the topic. */
  readonly lag: number;
}

/** The settings of an assignment. */
export interface FlushLimits {
  readonly flushIntervalMs: number;
  readonly flushMaxEvents: number;
  /** The part of the worker's memory that the assignment has. */
  readonly share: number;
}

/** Whether the totals are to be committed now, if no commit is under way. */
export function isFlushDue(unsaved: Unsaved & { readonly waitedMs: number }, limits: FlushLimits): boolean {
  const { intervals } = patienceOf(unsaved, limits);
  return isFull(unsaved, limits) || unsaved.waitedMs >= intervals * limits.flushIntervalMs;
}

/** Whether the next commit has its size. It takes no more batches while the one before is under way. */
export function isFull(unsaved: Unsaved, limits: FlushLimits): boolean {
  const { records, rows, deadLetterBytes } = unsaved;
  return (
    rows >= MAX_ROWS * limits.share ||
    deadLetterBytes >= MAX_DEAD_LETTER_BYTES * limits.share ||
    records >= patienceOf(unsaved, limits).maxRecords
  );
}

interface Patience {
  readonly intervals: number;
  readonly maxRecords: number;
}

function patienceOf({ records, rows, newestRows, lag }: Unsaved, { flushMaxEvents, share }: FlushLimits): Patience {
  const maxRecords = Math.ceil(flushMaxEvents * share);
  if (lag <= records) return { intervals: 1, maxRecords };
  if (lag <= maxRecords) return { intervals: INTERVALS_BEHIND, maxRecords };
  const isGathering = rows >= GATHERING.fromRows && newestRows > rows / 2;
  if (!isGathering) return { intervals: INTERVALS_FAR_BEHIND, maxRecords };
  return { intervals: GATHERING.intervals, maxRecords: GATHERING.maxRecords * maxRecords };
}
