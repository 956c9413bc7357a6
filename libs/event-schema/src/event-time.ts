import { type Rejection, found, rejected } from './decoded.ts';
import { isoInstantMs } from './iso-instant.ts';
import { FIRST_EPOCH_MS, MAX_CLOCK_AHEAD_MS, MAX_EVENT_TIME_MS } from './limits.ts';

/**
 * Reads the field `timestamp` and checks the device's clock against the record's own timestamp. A record timestamp
 * below 0 means that the record has none, so that the clock can't be checked.
 * @returns milliseconds since 1970, or a rejection.
 */
export function eventTimeOf(timestamp: unknown, recordTimestampMs: number): number | Rejection {
  const instantMs = instantOf(timestamp);
  if (instantMs === undefined || instantMs > MAX_EVENT_TIME_MS) return invalid(timestamp);
  if (instantMs < 0) return rejected('before_1970', 'timestamp: expected 1970 or later, found an earlier instant');
  if (isClockWrong(instantMs, recordTimestampMs)) return wrongClock(instantMs - recordTimestampMs);
  return instantMs;
}

/** Whether an instant is valid as event time of a record with this timestamp (below 0: none). */
export function isEventTime(instantMs: number, recordTimestampMs: number): boolean {
  return instantMs >= 0 && instantMs <= MAX_EVENT_TIME_MS && !isClockWrong(instantMs, recordTimestampMs);
}

/** @param epoch integer seconds or milliseconds since 1970. */
export function epochMs(epoch: number): number {
  return Math.abs(epoch) >= FIRST_EPOCH_MS ? epoch : epoch * 1000;
}

function isClockWrong(instantMs: number, recordTimestampMs: number): boolean {
  return recordTimestampMs >= 0 && instantMs - recordTimestampMs > MAX_CLOCK_AHEAD_MS;
}

function instantOf(timestamp: unknown): number | undefined {
  if (typeof timestamp === 'string') return isoInstantMs(timestamp);
  if (typeof timestamp !== 'number' || !Number.isInteger(timestamp)) return undefined;
  // Adding 0 turns -0 into 0.
  return epochMs(timestamp) + 0;
}

function invalid(timestamp: unknown): Rejection {
  const expected = 'an ISO-8601 date with a time of day, or integer epoch seconds or milliseconds, up to the year 9999';
  return rejected('invalid_timestamp', `timestamp: expected ${expected}; found ${found(timestamp)}`);
}

function wrongClock(aheadMs: number): Rejection {
  const expected = `at most ${MAX_CLOCK_AHEAD_MS} ms after the record's own timestamp`;
  return rejected('wrong_clock', `timestamp: expected ${expected}, found ${aheadMs} ms after it`);
}
