/**
 * The progress of event time in a partition after one more event: the greatest min(event time, record timestamp). The
 * record's own timestamp caps it, so that a device whose clock is ahead does not advance it into the future. A negative
 * record timestamp means that the record has none, and caps nothing.
 * @param greatestMs the result of the event before; undefined for the first event.
 * @returns milliseconds since 1970.
 */
export function advanceEventTime(
  greatestMs: number | undefined,
  eventTimeMs: number,
  recordTimestampMs: number,
): number {
  const reachedMs = recordTimestampMs < 0 ? eventTimeMs : Math.min(eventTimeMs, recordTimestampMs);
  return greatestMs === undefined ? reachedMs : Math.max(greatestMs, reachedMs);
}
