import type { KeyedRow } from './compare-rows.ts';

/** A row of `bytes` or `bytes_hourly`. */
export interface TotalsTableRow {
  /** Start of the window, milliseconds since 1970. */
  readonly timestampMs: number;
  readonly type: string;
  readonly id: string;
  readonly value: bigint;
}

/** A row of `user_quota_limit`. */
export interface QuotaTableRow {
  /** Start of the hour, milliseconds since 1970. */
  readonly timestampMs: number;
  readonly email: string | null;
  readonly usage: bigint;
  readonly quota: bigint;
}

/** Neither a time nor a type holds a space, so that no two rows have the same key: `2022-10-29T13:15:00Z user_total_bytes ana`. */
export function totalsKey(timestamp: string, type: string, id: string): string {
  return `${timestamp} ${type} ${id}`;
}

/** Rows of `bytes` or `bytes_hourly` as `Truth` has them. */
export function keyedTotals(rows: Iterable<TotalsTableRow>): KeyedRow<bigint>[] {
  return Array.from(rows, (row) => [totalsKey(secondsText(row.timestampMs), row.type, row.id), row.value]);
}

/** Rows of `user_quota_limit` as `Truth` has them. */
export function keyedQuotas(rows: Iterable<QuotaTableRow>): KeyedRow<string>[] {
  return Array.from(rows, ({ timestampMs, email, usage, quota }) => [
    `${secondsText(timestampMs)} ${email ?? 'NULL'}`,
    quotaText(usage, quota),
  ]);
}

export function quotaText(usage: bigint, quota: bigint): string {
  return `usage ${usage.toString()} of quota ${quota.toString()}`;
}

/** `2022-10-29T13:15:00Z`; a time between two seconds keeps its milliseconds, and so equals the start of no window. */
export function secondsText(timestampMs: number): string {
  return new Date(timestampMs).toISOString().replace('.000Z', 'Z');
}
