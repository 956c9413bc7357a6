import * as z from 'zod';
import { adhocFilter } from './chart-params.ts';

const ids = z.array(z.string());
const shared = { id: z.string(), parents: ids.optional(), children: ids.optional() };

const root = z.strictObject({ ...shared, type: z.literal('ROOT'), children: ids });
const grid = z.strictObject({ ...shared, type: z.literal('GRID'), parents: ids, children: ids });
const header = z.strictObject({
  ...shared,
  type: z.literal('HEADER'),
  meta: z.strictObject({ text: z.string() }),
});
const row = z.strictObject({
  ...shared,
  type: z.literal('ROW'),
  parents: ids,
  children: ids,
  meta: z.strictObject({ background: z.literal('BACKGROUND_TRANSPARENT') }),
});
const chart = z.strictObject({
  ...shared,
  type: z.literal('CHART'),
  parents: ids,
  children: z.array(z.never()),
  meta: z.strictObject({
    uuid: z.string(),
    /** A placeholder that is unique in the dashboard: what filters exclude is told by it. */
    chartId: z.int(),
    width: z.int().min(1).max(12),
    height: z.int().min(5),
    sliceName: z.string(),
  }),
});

const component = z.discriminatedUnion('type', [root, grid, header, row, chart]);

/** The layout: a tree whose nodes name each other, beside the version of the layout. */
export const dashboardPosition = z
  .record(z.string(), z.union([z.literal('v2'), component]))
  .refine((position) => position['DASHBOARD_VERSION_KEY'] === 'v2', { error: 'DASHBOARD_VERSION_KEY is not v2' });

const scope = z.strictObject({ rootPath: ids, excluded: z.array(z.int()) });
const noMask = z.strictObject({
  extraFormData: z.strictObject({}),
  filterState: z.strictObject({}),
  ownState: z.strictObject({}),
});
const filter = {
  id: z.string().startsWith('NATIVE_FILTER-'),
  type: z.literal('NATIVE_FILTER'),
  name: z.string(),
  description: z.string(),
  cascadeParentIds: z.array(z.never()),
  scope,
};
const timeFilter = z.strictObject({
  ...filter,
  filterType: z.literal('filter_time'),
  targets: z.tuple([z.strictObject({})]),
  controlValues: z.strictObject({ enableEmptyFilter: z.boolean() }),
  defaultDataMask: noMask,
});
const selectFilter = z.strictObject({
  ...filter,
  filterType: z.literal('filter_select'),
  targets: z.tuple([z.strictObject({ datasetUuid: z.string(), column: z.strictObject({ name: z.string() }) })]),
  controlValues: z.record(z.string(), z.boolean()),
  defaultDataMask: noMask,
  adhoc_filters: z.array(adhocFilter),
});

export const dashboardMetadata = z.strictObject({
  /** Seconds. */
  refresh_frequency: z.int().min(30),
  timed_refresh_immune_slices: z.array(z.int()),
  expanded_slices: z.strictObject({}),
  color_scheme: z.literal('supersetColors'),
  shared_label_colors: z.array(z.never()),
  label_colors: z.record(z.string(), z.string().regex(/^#[0-9A-F]{6}$/)),
  // A click on a user's bar would filter apps by the user's name, and leave them empty.
  cross_filters_enabled: z.literal(false),
  chart_configuration: z.strictObject({}),
  global_chart_configuration: z.strictObject({ scope }),
  filter_bar_orientation: z.literal('HORIZONTAL'),
  native_filter_configuration: z.array(z.discriminatedUnion('filterType', [timeFilter, selectFilter])),
});

export type SelectFilter = z.infer<typeof selectFilter>;
export type Component = z.infer<typeof component>;
export type ChartComponent = z.infer<typeof chart>;
export type DashboardFilter = z.infer<typeof dashboardMetadata>['native_filter_configuration'][number];
