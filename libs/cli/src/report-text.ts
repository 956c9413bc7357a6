import Table from 'cli-table3';
import { DateTime } from 'luxon';

/** A table for people, without colours, so that it can be kept in a file. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/**
 * An instant in UTC, with milliseconds only where they are not zero: `2022-10-29T13:14:15Z`.
 * @param timeMs milliseconds since 1970; undefined is shown as `-`.
 */
export function instantText(timeMs: number | undefined): string {
  if (timeMs === undefined) return '-';
  return DateTime.fromMillis(timeMs, { zone: 'utc' }).toISO({ suppressMilliseconds: true }) ?? '-';
}

/** An integer with separated thousands. (The first call of `toLocaleString` takes 20 ms: it loads all of Intl.) */
export function numberText(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
