/** Rejected payloads in memory at which the totals are flushed. */
const MAX_DEAD_LETTER_BYTES = 8 * 2 ** 20;

/**
 * Rows at which the totals are flushed: a window of five million users. The rows of the last batch and those of user hours
 * come on top, and the next commit is filled during this one. Where nearly every event has its own user, rows rather than
 * events fill the memory: some 70 bytes each. Rows also determine a commit's duration: Postgres adds some 100,000 a second, so
 * that a commit ends within its time-out. A commit that times out would only be repeated unchanged.
 */
const MAX_ROWS = 5 * 2 ** 20;

/** Rows of antennas and apps at which the totals are flushed. An operator has few; each antenna also has counts of late events. */
const MAX_OTHER_ROWS = 2 ** 20;

/**
 * Bytes of copied texts at which the totals are flushed. An interner that is full starts over with an empty table; totals with
 * events from before and after that need texts of both tables, and copy them. For users this is avoided: large totals are
 * flushed before the interner is full.
 */
const MAX_COPIED_BYTES = 2 ** 26;

/**
 * Rows that may be collected while a commit is under way whose users are in another table of texts: memory has room for two
 * tables of a million users, but not for two of five million.
 */
const MAX_ROWS_OF_SECOND_TABLE = 2 ** 20;

/** Windows at which the totals are flushed: one takes the memory of some twenty rows, whatever it holds. */
const MAX_WINDOWS = 2 ** 16;

/**
 * Flush intervals between commits while the lag exceeds the number of records in the next commit. The totals are late
 * then anyway, and fewer, larger commits write the row of a window fewer times. With four instead of two, Postgres waits for
 * the worker, and the worker for the last, large commit (docs/performance-profile.md).
 */
const INTERVALS_BEHIND = 2;

/**
 * A commit waits for the end of a window for so many flush intervals, but not for longer than so many milliseconds, and
 * for so many times the maximum number of records. From so many rows on, a window that is written at once needs half of
 * the time of one that is written in parts: its rows are inserted in the order of their keys. A window of twenty events of
 * each of a million users is some forty seconds of reading, and each commit before its end writes nearly all of its rows
 * (docs/performance-profile.md). Near the end of a backlog the commit waits on, until the records that are left in the
 * topic are such a share of its own, or of the maximum of a commit: otherwise the same rows would be written once more for
 * these.
 */
const GATHERING = { intervals: 120, maxMs: 60_000, maxRecords: 32, fromRows: 100_000, restOfRecords: 1 / 64 };

/** The records that were read since the last commit began: the next commit holds them. */
export interface Unsaved {
  readonly records: number;
  readonly rows: number;
  readonly windows: number;
  /** Rows of antennas and apps. */
  readonly otherRows: number;
  /** Whether the interner of the users will soon be full and start over. */
  readonly isInternerNearlyFull: boolean;
  /** Bytes of texts that were copied, since an interner has started over. */
  readonly copiedBytes: number;
  /** Whether a commit is under way whose users are in another table of texts. */
  readonly isSecondTable: boolean;
  /** Rows of the window of the last event, the only one that grows while events come in the order of their times. */
  readonly latestRows: number;
  readonly deadLetterBytes: number;
  /** Records that wait in the topic. */
  readonly lag: number;
  /** The lag when the previous commit began. These records were read after that. */
  readonly lagBefore: number;
}

/** The settings of an assignment. */
export interface FlushLimits {
  readonly flushIntervalMs: number;
  readonly flushMaxEvents: number;
  /** The part of the worker's memory that the assignment has. */
  readonly share: number;
  /**
   * Whether a commit may wait for the end of a window: not the first one of an assignment, except that of a drain, nor after one has
   * taken too long.
   */
  readonly mayGather: boolean;
}

/** Whether the totals are to be committed now, if no commit is under way. */
export function isFlushDue(unsaved: Unsaved & { readonly waitedMs: number }, limits: FlushLimits): boolean {
  return isFull(unsaved, limits) || unsaved.waitedMs >= patienceOf(unsaved, limits).maxMs;
}

/** Whether the next commit has its size. It takes no more batches while the one before is under way. */
export function isFull(unsaved: Unsaved, limits: FlushLimits): boolean {
  const { records, rows, otherRows, windows, deadLetterBytes } = unsaved;
  const { isInternerNearlyFull, copiedBytes, isSecondTable } = unsaved;
  return (
    rows >= MAX_ROWS * limits.share ||
    otherRows >= MAX_OTHER_ROWS * limits.share ||
    (isSecondTable && rows >= MAX_ROWS_OF_SECOND_TABLE * limits.share) ||
    (isInternerNearlyFull && rows >= GATHERING.fromRows) ||
    copiedBytes >= MAX_COPIED_BYTES * limits.share ||
    windows >= MAX_WINDOWS * limits.share ||
    deadLetterBytes >= MAX_DEAD_LETTER_BYTES * limits.share ||
    records >= patienceOf(unsaved, limits).maxRecords
  );
}

interface Patience {
  readonly maxMs: number;
  readonly maxRecords: number;
}

function patienceOf(unsaved: Unsaved, { flushIntervalMs, flushMaxEvents, share, mayGather }: FlushLimits): Patience {
  const { records, rows, latestRows, lag, lagBefore } = unsaved;
  const usualRecords = Math.ceil(flushMaxEvents * share);
  const intervals = lag <= records ? 1 : INTERVALS_BEHIND;
  const isOfOneWindow = rows >= GATHERING.fromRows && latestRows > rows / 2;
  if (!mayGather || !isOfOneWindow) return { maxMs: intervals * flushIntervalMs, maxRecords: usualRecords };
  // A small lag alone is no backlog: that of a live stream never ends, nor does that of a partition that has just lost its leader.
  const rest = Math.min(records, usualRecords) * GATHERING.restOfRecords;
  const isFarBehind = lag > usualRecords || (lagBefore > usualRecords && lag > rest);
  const gatheringMs = isFarBehind ? Math.min(GATHERING.intervals * flushIntervalMs, GATHERING.maxMs) : 0;
  return {
    maxMs: Math.max(intervals * flushIntervalMs, gatheringMs),
    maxRecords: GATHERING.maxRecords * usualRecords,
  };
}
