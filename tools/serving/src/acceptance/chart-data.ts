import * as z from 'zod';
import type { Chart } from '../bundle/bundle.ts';
import type { ChartParams } from '../bundle/chart-params.ts';
import type { SupersetClient } from '../superset/superset-client.ts';

export type DataRow = Readonly<Record<string, unknown>>;

const dataAnswer = z.object({
  result: z.tuple([
    z.object({ status: z.string(), error: z.string().nullish(), data: z.array(z.record(z.string(), z.unknown())) }),
  ]),
});

/**
 * The rows that a chart is drawn from, asked as the browser asks.
 * @param timeRange the range that the dashboard's filter has, in Superset's words.
 */
export async function chartData(
  client: SupersetClient,
  datasetId: number,
  { params }: Chart,
  timeRange?: string,
): Promise<readonly DataRow[]> {
  const filters = params.adhoc_filters.map(({ subject, operator, comparator }) => ({
    col: subject,
    op: operator,
    val: comparator,
  }));
  const rest = { extras: {}, orderby: [], annotation_layers: [], row_limit: 50_000, time_range: timeRange };
  const query = { filters, ...rest, ...queryOf(params) };
  const json = {
    datasource: { id: datasetId, type: 'table' },
    force: true,
    result_format: 'json',
    result_type: 'full',
    queries: [query],
  };
  const answer = await client.call({ method: 'POST', path: '/api/v1/chart/data', json });
  const [{ status, error, data }] = dataAnswer.parse(answer).result;
  if (status !== 'success' || typeof error === 'string') throw new Error(error ?? status);
  return data;
}

function queryOf(params: ChartParams): Record<string, unknown> {
  switch (params.viz_type) {
    case 'big_number_total':
      return { metrics: [params.metric] };
    case 'pie':
      return { columns: params.groupby, metrics: [params.metric], row_limit: params.row_limit };
    case 'table':
      return params.query_mode === 'raw'
        ? { columns: params.all_columns, row_limit: params.row_limit }
        : {
            columns: params.groupby.map((name) => (name === 'timestamp' ? axis(name, params.time_grain_sqla) : name)),
            metrics: params.metrics,
            orderby: [[params.timeseries_limit_metric, false]],
            row_limit: params.row_limit,
          };
    case 'echarts_timeseries_bar':
    case 'echarts_timeseries_line':
      return {
        columns: [axis(params.x_axis, params.time_grain_sqla), ...params.groupby],
        metrics: params.metrics,
        series_columns: params.groupby,
        ...('limit' in params
          ? {
              series_limit: params.limit,
              series_limit_metric: params.timeseries_limit_metric,
              group_others_when_limit_reached: params.group_others_when_limit_reached,
            }
          : {}),
      };
  }
}

function axis(name: string, timeGrain: string | undefined): Record<string, unknown> {
  return { columnType: 'BASE_AXIS', expressionType: 'SQL', label: name, sqlExpression: name, timeGrain };
}

/** Rows in an order and a form in which those of Superset and those of Postgres can be compared. */
export function normalizedRows(rows: readonly DataRow[]): readonly DataRow[] {
  return rows
    .map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .toSorted()
          .map(([name, value]) => [name, normalized(value)]),
      ),
    )
    .toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

/** Numbers come as text from Postgres; averages with more digits than a float has. */
function normalized(value: unknown): unknown {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));
  return isNumber ? Number(Number(value).toPrecision(12)) : value;
}
