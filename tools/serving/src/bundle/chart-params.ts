import * as z from 'zod';

/** A condition on the rows of a dataset. */
export const adhocFilter = z.looseObject({ subject: z.string(), operator: z.string(), comparator: z.string() });

const shared = { adhoc_filters: z.array(adhocFilter) };
const axes = {
  x_axis: z.string(),
  x_axis_title: z.string(),
  time_grain_sqla: z.string(),
  groupby: z.array(z.string()),
  metrics: z.array(z.string()),
  row_limit: z.int(),
};

const bars = z.looseObject({
  ...shared,
  ...axes,
  viz_type: z.literal('echarts_timeseries_bar'),
  /** This many series; the others are summed where `group_others_when_limit_reached`. */
  limit: z.int().positive().optional(),
  group_others_when_limit_reached: z.literal(true).optional(),
  timeseries_limit_metric: z.string().optional(),
});
const lines = z.looseObject({ ...shared, ...axes, viz_type: z.literal('echarts_timeseries_line') });
const bigNumber = z.looseObject({ ...shared, viz_type: z.literal('big_number_total'), metric: z.string() });
const pie = z.looseObject({
  ...shared,
  viz_type: z.literal('pie'),
  metric: z.string(),
  groupby: z.array(z.string()),
  row_limit: z.int(),
});

const tableLook = {
  ...shared,
  viz_type: z.literal('table'),
  row_limit: z.int(),
  column_config: z.record(z.string(), z.unknown()),
  conditional_formatting: z.array(z.looseObject({ column: z.string() })).optional(),
};
const rawTable = z.looseObject({
  ...tableLook,
  query_mode: z.literal('raw'),
  all_columns: z.array(z.string()).nonempty(),
  /** `["column", ascending]` each, as JSON text. */
  order_by_cols: z.array(z.string().regex(/^\["\w+", (true|false)\]$/)),
});
const aggregateTable = z.looseObject({
  ...tableLook,
  query_mode: z.literal('aggregate'),
  groupby: z.array(z.string()),
  metrics: z.array(z.string()).nonempty(),
  timeseries_limit_metric: z.string(),
  time_grain_sqla: z.string().optional(),
  temporal_columns_lookup: z.record(z.string(), z.unknown()).optional(),
});

/**
 * What a chart of each kind is drawn from, as far as it names columns and metrics, which have to be those of its
 * dataset. How it looks is Superset's to judge: other parameters pass unread.
 */
export const chartParams = z.discriminatedUnion('viz_type', [
  bars,
  lines,
  bigNumber,
  pie,
  z.discriminatedUnion('query_mode', [rawTable, aggregateTable]),
]);

export type ChartParams = z.infer<typeof chartParams>;

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
