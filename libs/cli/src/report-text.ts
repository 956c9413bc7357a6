import Table from 'cli-table3';
import { DateTime } from 'luxon';

/** Rows of texts under a heading, for people: no colours, so that it can be kept in a file. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/**
 * An instant in UTC: `2022-10-29T13:14:15Z`, with milliseconds where it has some.
 * @param timeMs milliseconds since 1970; `-` stands for none.
 */
export function instantText(timeMs: number | undefined): string {
  if (timeMs === undefined) return '-';
  return DateTime.fromMillis(timeMs, { zone: 'utc' }).toISO({ suppressMilliseconds: true }) ?? '-';
}

/** A whole number with its thousands apart. (`toLocaleString` takes 20 ms for the first: it loads all of Intl.) */
export function numberText(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
