import { DateTime } from 'luxon';

/** A whole number with its thousands apart. */
export function numberText(value: number | bigint): string {
  return value.toLocaleString('en-US');
}

/** An instant in UTC, to the second. */
export function timeText(timeMs: number): string {
  return DateTime.fromMillis(timeMs, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** What a failure says of itself: its code, where it has one, and its message. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? `${error.code}: ${error.message}` : error.message;
}
