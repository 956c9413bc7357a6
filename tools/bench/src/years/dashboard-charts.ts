import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '@antenna/test-kit';
import { parse } from 'yaml';
import * as z from 'zod';

const dataset = z.object({
  uuid: z.string(),
  schema: z.string(),
  table_name: z.string(),
  sql: z.string().nullable(),
  main_dttm_col: z.string().nullable(),
  columns: z.array(z.object({ column_name: z.string(), expression: z.string().optional() })),
  metrics: z.array(z.object({ metric_name: z.string(), expression: z.string() })),
});
type Dataset = z.infer<typeof dataset>;

const texts = z.array(z.string()).default([]);
const chart = z.object({
  slice_name: z.string(),
  dataset_uuid: z.string(),
  params: z.object({
    x_axis: z.string().optional(),
    groupby: texts,
    all_columns: texts,
    metric: z.string().optional(),
    metrics: texts,
    adhoc_filters: z.array(z.object({ subject: z.string(), operator: z.string(), comparator: z.string() })),
    row_limit: z.int().default(50_000),
  }),
});
type Chart = z.infer<typeof chart>;

/** Texts of timestamps in UTC. */
export interface ShownRange {
  readonly from: string;
  readonly to: string;
}

export interface ChartStatement {
  readonly chart: string;
  readonly statement: string;
}

/** What each chart of the dashboards asks Postgres for when people choose a range, but for the order of the rows. */
export async function chartStatements(range: ShownRange): Promise<readonly ChartStatement[]> {
  const [datasets, charts] = [await assets('datasets', dataset), await assets('charts', chart)];
  return charts.map((asked) => {
    const found = datasets.find(({ uuid }) => uuid === asked.dataset_uuid);
    if (found === undefined) throw new Error(`chart ${asked.slice_name} has no dataset`);
    return { chart: asked.slice_name, statement: statementOf(asked, found, range) };
  });
}

async function assets<T>(kind: string, schema: z.ZodType<T>): Promise<readonly T[]> {
  const folder = join(checkout, 'deploy', 'superset', 'bundle', kind);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.yaml')).toSorted();
  return Promise.all(
    names.map(async (name) => schema.parse(parse(await readFile(join(folder, name), 'utf8'), { version: '1.1' }))),
  );
}

function statementOf({ params }: Chart, asked: Dataset, range: ShownRange): string {
  const expressionOf = (name: string) =>
    asked.columns.find(({ column_name }) => column_name === name)?.expression ?? `"${name}"`;
  const columns = [...(params.x_axis === undefined ? [] : [params.x_axis]), ...params.groupby, ...params.all_columns];
  const wanted = [...(params.metric === undefined ? [] : [params.metric]), ...params.metrics];
  const metrics = asked.metrics.filter(({ metric_name }) => wanted.includes(metric_name));
  const filters = params.adhoc_filters.map((filter) =>
    filter.operator === 'TEMPORAL_RANGE'
      ? `"${filter.subject}" >= '${range.from}' AND "${filter.subject}" < '${range.to}'`
      : `${expressionOf(filter.subject)} = '${filter.comparator}'`,
  );
  const selected = [...columns.map(expressionOf), ...metrics.map(({ expression }) => expression)].join(', ');
  const grouped =
    metrics.length === 0 || columns.length === 0 ? '' : `GROUP BY ${columns.map((_, n) => n + 1).join(', ')}`;
  const where = filters.length === 0 ? '' : `WHERE ${filters.join(' AND ')}`;
  return `SELECT ${selected} FROM (${rowsOf(asked, range)}) AS dataset ${where} ${grouped} LIMIT ${params.row_limit}`;
}

/** The dataset, with the range in the places that Superset's templates fill; no month or day is chosen in a filter. */
function rowsOf({ sql, schema, table_name }: Dataset, { from, to }: ShownRange): string {
  if (sql === null) return `SELECT * FROM ${schema}.${table_name}`;
  return sql
    .replaceAll(/\{\{ get_time_filter[^{}]*\.from_expr or "" \}\}/g, from)
    .replaceAll(/\{\{ get_time_filter[^{}]*\.to_expr or "" \}\}/g, to)
    .replaceAll(/\{\{ \(filter_values[^{}]*\) \| length \}\}/g, '0');
}
