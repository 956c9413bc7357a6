import { DateTime } from 'luxon';

/** A whole number with its thousands apart. (`toLocaleString` would take 20 ms for the first: it loads all of Intl.) */
export function numberText(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
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
