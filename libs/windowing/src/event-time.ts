/**
 * The progress of event time in a partition after one more event: the greatest min(event time, record timestamp). The
 * record's own timestamp caps it, so that a device whose clock is ahead does not advance it into the future. A negative
 * record timestamp means that the record has none, and caps nothing.
 * @param greatestMs the result of the event before; -Infinity for the first event.
 * @returns milliseconds since 1970.
 */
export function advanceEventTime(greatestMs: number, eventTimeMs: number, recordTimestampMs: number): number {
  const reachedMs = recordTimestampMs < 0 ? eventTimeMs : Math.min(eventTimeMs, recordTimestampMs);
  return Math.max(greatestMs, reachedMs);
}

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

/**
 * The upper bounds (inclusive) of the buckets in which lateness is counted, in milliseconds, ascending. The lateness of
 * an event is its record's timestamp less its event time; it is negative where the device's clock is ahead. Neighbours
 * differ by at most a factor of 2.5 from 100 ms to 30 days, so that a bound is a usable setting of the allowed lateness.
 */
export const LATENESS_BOUNDS_MS: readonly number[] = [
  ...[-MINUTE, -SECOND, 0, 100, 250, 500],
  ...[1, 2, 3, 5, 7, 10, 15, 20, 30, 45].map((seconds) => seconds * SECOND),
  ...[1, 1.5, 2, 3, 5, 10, 15, 20, 30, 45].map((minutes) => minutes * MINUTE),
  ...[1, 1.5, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 3, 7, 14, 30, 90, 365, 3_650].map((days) => days * DAY),
  // The last bucket: it holds every lateness that a record's timestamp can express.
  Number.MAX_SAFE_INTEGER,
];

const BOUNDS = Float64Array.from(LATENESS_BOUNDS_MS);

/** Element n: the first bucket that a positive lateness of n binary digits can have, for lateness below 2^31 ms. */
const FIRST_BY_DIGITS = Int32Array.from({ length: 32 }, (_, digits) =>
  LATENESS_BOUNDS_MS.findIndex((bound) => bound >= 2 ** (digits - 1)),
);

/** @returns the index of the first bound that is at least `latenessMs`, or of the last bound if all are smaller. */
export function latenessBucketOf(latenessMs: number): number {
  // The table leaves one or two comparisons for a lateness of milliseconds to hours, which nearly all events have.
  let bucket = latenessMs > 0 ? (FIRST_BY_DIGITS[32 - Math.clz32(Math.min(latenessMs, 2 ** 31 - 1))] ?? 0) : 0;
  while (bucket < BOUNDS.length - 1 && latenessMs > (BOUNDS[bucket] ?? 0)) bucket += 1;
  return bucket;
}
