import type { Chart, Dashboard } from './asset-schemas.ts';
import type { Bundle } from './bundle.ts';
import { isFilteredByTime } from './chart-fields.ts';
import type { DashboardFilter, SelectFilter } from './dashboard-schemas.ts';
import { chartComponents } from './layout-problems.ts';

/** Whether each filter finds its values, and every chart in its scope can be filtered by it. */
export function filterProblems(bundle: Bundle, dashboard: Dashboard): readonly string[] {
  const filters = dashboard.metadata.native_filter_configuration;
  return filters.flatMap((filter) =>
    [
      ...deadExclusions(dashboard, filter),
      ...targetProblems(bundle, filter),
      ...chartsInScope(bundle, dashboard, filter).flatMap((chart) => scopeProblems(bundle, chart, filter)),
    ].map((line) => `filter «${filter.name}» ${line}`),
  );
}

/** The charts that a filter applies to. */
function chartsInScope({ charts }: Bundle, dashboard: Dashboard, { scope }: DashboardFilter): readonly Chart[] {
  const uuids = chartComponents(dashboard)
    .filter(({ meta }) => !scope.excluded.includes(meta.chartId))
    .map(({ meta }) => meta.uuid);
  return charts.map(({ content }) => content).filter(({ uuid }) => uuids.includes(uuid));
}

function deadExclusions(dashboard: Dashboard, { scope }: DashboardFilter): readonly string[] {
  const ids = chartComponents(dashboard).map(({ meta }) => meta.chartId);
  return scope.excluded.filter((id) => !ids.includes(id)).map((id) => `excludes ${id}, which the dashboard lacks`);
}

function targetProblems({ datasets }: Bundle, filter: DashboardFilter): readonly string[] {
  if (filter.filterType === 'filter_time') return [];
  const [{ datasetUuid, column }] = filter.targets;
  const dataset = datasets.find(({ content }) => content.uuid === datasetUuid);
  if (dataset === undefined) return [`takes its values from ${datasetUuid}, which the bundle does not have`];
  const isThere = dataset.content.columns.some(({ column_name }) => column_name === column.name);
  return isThere ? [] : [`takes its values from ${column.name}, which ${dataset.path} does not have`];
}

function scopeProblems({ datasets }: Bundle, chart: Chart, filter: DashboardFilter): readonly string[] {
  if (filter.filterType === 'filter_time') {
    return isFilteredByTime(chart.params) ? [] : [`applies to «${chart.slice_name}», which has no TEMPORAL_RANGE`];
  }
  const name = filter.targets[0].column.name;
  const dataset = datasets.find(({ content }) => content.uuid === chart.dataset_uuid);
  const isThere = dataset?.content.columns.some(({ column_name }) => column_name === name);
  return [
    ...(isThere === true ? [] : [`applies to «${chart.slice_name}», whose dataset has no column ${name}`]),
    ...(isOfOtherType(chart, filter) ? [`applies to «${chart.slice_name}», which shows another type of id`] : []),
  ];
}

/** A user's name among the apps would leave the chart empty. */
function isOfOtherType({ params }: Chart, { adhoc_filters }: SelectFilter): boolean {
  const offered = adhoc_filters.find(({ subject }) => subject === 'type')?.comparator;
  const shown = params.adhoc_filters.find(({ subject }) => subject === 'type')?.comparator;
  return shown !== undefined && shown !== offered;
}
