import * as z from 'zod';

/** A condition on the rows of a dataset. */
export const adhocFilter = z.strictObject({
  clause: z.literal('WHERE'),
  expressionType: z.literal('SIMPLE'),
  subject: z.string(),
  operator: z.string(),
  operatorId: z.string().optional(),
  comparator: z.string(),
});
const shared = { adhoc_filters: z.array(adhocFilter), extra_form_data: z.strictObject({}) };
const format = z.string();
const grain = z.enum(['PT5M', 'PT1H']);
const colorScheme = z.literal('supersetColors');

const timeSeries = {
  ...shared,
  x_axis: z.string(),
  time_grain_sqla: grain,
  x_axis_sort_asc: z.boolean(),
  metrics: z.array(z.string()).length(1),
  groupby: z.array(z.string()).max(1),
  order_desc: z.boolean(),
  row_limit: z.int(),
  truncate_metric: z.boolean(),
  show_empty_columns: z.boolean().optional(),
  color_scheme: colorScheme,
  show_legend: z.boolean(),
  legendType: z.enum(['scroll', 'plain']).optional(),
  legendOrientation: z.enum(['right', 'top']).optional(),
  legendMargin: z.int().nullable().optional(),
  rich_tooltip: z.boolean(),
  tooltipTimeFormat: format,
  x_axis_time_format: format,
  x_axis_title: z.string(),
  x_axis_title_margin: z.int(),
  y_axis_format: format,
  y_axis_title: z.string(),
  y_axis_title_margin: z.int(),
  y_axis_title_position: z.literal('Left'),
  truncateYAxis: z.boolean(),
  echart_options: z.string(),
  annotation_layers: z.array(z.never()),
};

const bars = z.strictObject({
  ...timeSeries,
  viz_type: z.literal('echarts_timeseries_bar'),
  orientation: z.literal('vertical'),
  stack: z.literal('Stack').optional(),
  show_value: z.boolean().optional(),
  /** This many series; the others are summed where `group_others_when_limit_reached`. */
  limit: z.int().positive().optional(),
  timeseries_limit_metric: z.string().optional(),
  group_others_when_limit_reached: z.literal(true).optional(),
  sort_series_type: z.literal('sum').optional(),
  sort_series_ascending: z.boolean().optional(),
  showTooltipTotal: z.boolean().optional(),
  tooltipSortByMetric: z.boolean().optional(),
});

const lines = z.strictObject({
  ...timeSeries,
  viz_type: z.literal('echarts_timeseries_line'),
  seriesType: z.literal('line'),
  markerEnabled: z.boolean(),
  markerSize: z.int(),
});

const bigNumber = z.strictObject({
  ...shared,
  viz_type: z.literal('big_number_total'),
  metric: z.string(),
  header_font_size: z.number(),
  subtitle_font_size: z.number(),
  subtitle: z.string(),
  y_axis_format: format.optional(),
  force_timestamp_formatting: z.boolean().optional(),
  time_format: format.optional(),
});

const pie = z.strictObject({
  ...shared,
  viz_type: z.literal('pie'),
  metric: z.string(),
  groupby: z.array(z.string()).length(1),
  row_limit: z.int(),
  sort_by_metric: z.boolean(),
  color_scheme: colorScheme,
  donut: z.boolean(),
  innerRadius: z.int(),
  outerRadius: z.int(),
  label_type: z.literal('key_percent'),
  label_line: z.boolean(),
  labels_outside: z.boolean(),
  show_labels: z.boolean(),
  show_labels_threshold: z.int(),
  show_legend: z.boolean(),
  show_total: z.boolean(),
  number_format: format,
});

const columnFormat = z.strictObject({
  d3NumberFormat: format.optional(),
  d3SmallNumberFormat: format.optional(),
  d3TimeFormat: format.optional(),
  showCellBars: z.boolean().optional(),
});

const cellColor = z.strictObject({
  column: z.string(),
  operator: z.enum(['=', '≠', '≥']),
  targetValue: z.union([z.number(), z.string()]),
  colorScheme: z.string().regex(/^#[0-9A-F]{6}$/),
  useGradient: z.boolean(),
});

const tableLook = {
  ...shared,
  viz_type: z.literal('table'),
  row_limit: z.int(),
  server_pagination: z.literal(false),
  page_length: z.int(),
  include_search: z.boolean(),
  table_timestamp_format: format.optional(),
  show_cell_bars: z.boolean(),
  color_pn: z.boolean().optional(),
  column_config: z.record(z.string(), columnFormat),
  conditional_formatting: z.array(cellColor).optional(),
};

/** `["column", ascending]`, as JSON text. */
const columnOrder = z.string().regex(/^\["\w+", (true|false)\]$/);

const rawTable = z.strictObject({
  ...tableLook,
  query_mode: z.literal('raw'),
  all_columns: z.array(z.string()).nonempty(),
  order_by_cols: z.array(columnOrder),
  groupby: z.array(z.never()),
  metrics: z.array(z.never()),
});

const aggregateTable = z.strictObject({
  ...tableLook,
  query_mode: z.literal('aggregate'),
  groupby: z.array(z.string()),
  metrics: z.array(z.string()).nonempty(),
  all_columns: z.array(z.never()),
  timeseries_limit_metric: z.string(),
  order_desc: z.boolean(),
  time_grain_sqla: grain.optional(),
  temporal_columns_lookup: z.record(z.string(), z.literal(true)).optional(),
});

/** What a chart of each kind is drawn from. Superset ignores a parameter that it does not know; here it is an error. */
export const chartParams = z.discriminatedUnion('viz_type', [
  bars,
  lines,
  bigNumber,
  pie,
  z.discriminatedUnion('query_mode', [rawTable, aggregateTable]),
]);

export type ChartParams = z.infer<typeof chartParams>;
