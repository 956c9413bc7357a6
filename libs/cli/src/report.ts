import Table from 'cli-table3';
import { DateTime } from 'luxon';
import { setting } from './setting.ts';
import { settingsGroup } from './settings-group.ts';
import { oneOf } from './setting-types.ts';

export type OutputFormat = 'table' | 'json' | 'csv';

/** The form of a report. Every command that shows rows has this setting. */
export const outputSettings = settingsGroup({
  title: 'Output',
  fields: {
    output: setting({
      name: 'output',
      description: 'form of the report: a table for people, one JSON array, or CSV with a line of headings',
      type: oneOf(['table', 'json', 'csv']),
      default: 'table',
    }),
  },
  value: ({ output }): OutputFormat => output,
});

/** A value for programs. Integers of any size are written exactly; undefined is `null` in JSON, empty in CSV. */
export type ReportValue = string | number | bigint | boolean | undefined;

/** A column without `value` is in the table only, one without `cell` in JSON and CSV only. */
export interface ReportColumn<Row> {
  readonly value?: (row: Row) => ReportValue;
  readonly cell?: (row: Row) => string;
}

/** Columns by name: `snake_case`, as in JSON and CSV. The table's headings have spaces instead. */
export type ReportColumns<Row> = Readonly<Record<string, ReportColumn<Row>>>;

/** The rows of a report, and the lines that people read above and below the table. */
export interface Report<Row> {
  readonly columns: ReportColumns<Row>;
  readonly rows: readonly Row[];
  readonly above?: readonly string[];
  readonly below?: readonly string[];
  /** Shown instead of a table without rows. */
  readonly empty?: string;
}

/** A column that people and programs see alike; a missing value is `-` in the table. */
export function plainColumn<Row>(value: (row: Row) => ReportValue): ReportColumn<Row> {
  return { value, cell: (row) => String(value(row) ?? '-') };
}

/** A column of integers, with separated thousands for people. */
export function countColumn<Row>(value: (row: Row) => number | bigint | undefined): ReportColumn<Row> {
  const cell = (row: Row) => {
    const count = value(row);
    return count === undefined ? '-' : numberText(count);
  };
  return { value, cell };
}

/** A column of instants, as ISO 8601 in UTC. @param timeMs milliseconds since 1970. */
export function instantColumn<Row>(timeMs: (row: Row) => number | undefined): Required<ReportColumn<Row>> {
  return {
    value: (row) => (timeMs(row) === undefined ? undefined : instantText(timeMs(row))),
    cell: (row) => instantText(timeMs(row)),
  };
}

/** The text of a report, with a line break at its end. JSON is one array with one object a line; CSV is RFC 4180. */
export function formatReport<Row>(report: Report<Row>, output: OutputFormat): string {
  return { table: tableOf, json: jsonOf, csv: csvOf }[output](report);
}

function tableOf<Row>({ columns, rows, above = [], below = [], empty }: Report<Row>): string {
  if (rows.length === 0 && empty !== undefined) return lines([...above, empty, ...below]);
  const shown = Object.entries(columns).flatMap(([name, { cell }]) => (cell === undefined ? [] : [{ name, cell }]));
  const table = textTable(
    shown.map(({ name }) => name.replaceAll('_', ' ')),
    rows.map((row) => shown.map(({ cell }) => cell(row))),
  );
  return lines([...above, table, ...below]);
}

function jsonOf<Row>({ columns, rows }: Report<Row>): string {
  const exact = exactColumns(columns);
  const objects = rows.map((row) => {
    const members = exact.map(({ name, value }) => `${JSON.stringify(name)}:${jsonValue(value(row))}`);
    return `{${members.join(',')}}`;
  });
  return objects.length === 0 ? '[]\n' : `[\n${objects.join(',\n')}\n]\n`;
}

/** `JSON.stringify` refuses a bigint, but the digits of a bigint are a valid JSON number. */
function jsonValue(value: ReportValue): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value ?? null);
}

function csvOf<Row>({ columns, rows }: Report<Row>): string {
  const exact = exactColumns(columns);
  const records = [exact.map(({ name }) => name), ...rows.map((row) => exact.map(({ value }) => csvField(value(row))))];
  return records.map((fields) => `${fields.join(',')}\r\n`).join('');
}

/** A missing value is an empty field; an empty text is a pair of quotes. */
function csvField(value: ReportValue): string {
  const text = String(value ?? '');
  return value === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function exactColumns<Row>(columns: ReportColumns<Row>) {
  return Object.entries(columns).flatMap(([name, { value }]) => (value === undefined ? [] : [{ name, value }]));
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

/**
 * A table for people, without colours, so that it can be kept in a file.
 * @param numbers the columns that are aligned to the right, counted from 0; none unless given.
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): string {
  const colAligns = head.map((_, column) => (numbers.includes(column) ? ('right' as const) : ('left' as const)));
  const table = new Table({ head: [...head], colAligns, style: { head: [], border: [], compact: true } });
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
