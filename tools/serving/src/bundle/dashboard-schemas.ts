import * as z from 'zod';
import { adhocFilter } from './chart-params.ts';

const ids = z.array(z.string());
const shared = { id: z.string(), parents: ids.optional(), children: ids.optional() };

const trunk = z.looseObject({ ...shared, type: z.enum(['ROOT', 'GRID']), children: ids });
const header = z.looseObject({ ...shared, type: z.literal('HEADER') });
const row = z.looseObject({ ...shared, type: z.literal('ROW'), parents: ids, children: ids });
const chart = z.looseObject({
  ...shared,
  type: z.literal('CHART'),
  parents: ids,
  meta: z.looseObject({
    uuid: z.string(),
    /** A placeholder that is unique in the dashboard: a filter names by it the charts that it leaves out. */
    chartId: z.int(),
    width: z.int().min(1).max(12),
    sliceName: z.string(),
  }),
});

const component = z.discriminatedUnion('type', [trunk, header, row, chart]);

/** The layout: a tree whose nodes name each other, beside the version of the layout. */
export const dashboardPosition = z
  .record(z.string(), z.union([z.literal('v2'), component]))
  .refine((position) => position['DASHBOARD_VERSION_KEY'] === 'v2', { error: 'DASHBOARD_VERSION_KEY is not v2' });

const filter = { name: z.string(), scope: z.looseObject({ excluded: z.array(z.int()) }) };
const timeFilter = z.looseObject({ ...filter, filterType: z.literal('filter_time') });
const selectFilter = z.looseObject({
  ...filter,
  filterType: z.literal('filter_select'),
  targets: z.tuple([z.looseObject({ datasetUuid: z.string(), column: z.looseObject({ name: z.string() }) })]),
  adhoc_filters: z.array(adhocFilter),
});

/** The filters, the colours, and what would break the dashboards; the rest is Superset's to judge. */
export const dashboardMetadata = z.looseObject({
  /** Seconds. */
  refresh_frequency: z.int().min(30),
  label_colors: z.record(z.string(), z.string().regex(/^#[0-9A-F]{6}$/)),
  // A click on a user's bar would filter apps by the user's name, and leave them empty.
  cross_filters_enabled: z.literal(false),
  native_filter_configuration: z.array(z.discriminatedUnion('filterType', [timeFilter, selectFilter])),
});

export type SelectFilter = z.infer<typeof selectFilter>;
export type Component = z.infer<typeof component>;
export type ChartComponent = z.infer<typeof chart>;
export type DashboardFilter = z.infer<typeof dashboardMetadata>['native_filter_configuration'][number];
