import type { ChartParams } from './chart-params.ts';

/** What a chart asks of its dataset. */
export interface ChartFields {
  readonly columns: readonly string[];
  readonly metrics: readonly string[];
}

/** The columns and metrics that a chart names, wherever it names them. */
export function fieldsOf(params: ChartParams): ChartFields {
  const filtered = params.adhoc_filters.map(({ subject }) => subject);
  switch (params.viz_type) {
    case 'echarts_timeseries_bar':
      return {
        columns: [params.x_axis, ...params.groupby, ...filtered],
        metrics: [...params.metrics, ...given(params.timeseries_limit_metric)],
      };
    case 'echarts_timeseries_line':
      return { columns: [params.x_axis, ...params.groupby, ...filtered], metrics: params.metrics };
    case 'big_number_total':
      return { columns: filtered, metrics: [params.metric] };
    case 'pie':
      return { columns: [...params.groupby, ...filtered], metrics: [params.metric] };
    case 'table':
      return params.query_mode === 'raw'
        ? { columns: [...params.all_columns, ...params.order_by_cols.map(orderedColumn), ...filtered], metrics: [] }
        : {
            columns: [...params.groupby, ...Object.keys(params.temporal_columns_lookup ?? {}), ...filtered],
            metrics: [...params.metrics, params.timeseries_limit_metric],
          };
  }
}

/** The columns that a table shows, under the names by which formats and colours refer to them. */
export function shownColumns(params: ChartParams): readonly string[] {
  if (params.viz_type !== 'table') return [];
  return params.query_mode === 'raw' ? params.all_columns : [...params.groupby, ...params.metrics];
}

/** Whether the dashboard's filter of time reaches the chart. */
export function isFilteredByTime({ adhoc_filters }: ChartParams): boolean {
  return adhoc_filters.some(({ operator }) => operator === 'TEMPORAL_RANGE');
}

/** `["usage", false]`: the column, and whether the order is ascending. */
function orderedColumn(text: string): string {
  return /"(\w+)"/.exec(text)?.[1] ?? text;
}

function given(name: string | undefined): readonly string[] {
  return name === undefined ? [] : [name];
}
