import type { Bundle, Chart, Dashboard } from './bundle.ts';
import { isFilteredByTime } from './chart-params.ts';
import type { ChartComponent, Component, DashboardFilter, SelectFilter } from './dashboard-schemas.ts';

const gridColumns = 12;

/** Whether the layout is a tree of rows that fit, each component where its parents say. */
export function layoutProblems(dashboard: Dashboard): readonly string[] {
  const components = componentsOf(dashboard);
  const found = new Map<string, readonly string[]>();
  const problems: string[] = [];
  const visit = (id: string, ancestors: readonly string[]): void => {
    const component = components.get(id);
    if (component === undefined) problems.push(`${ancestors.at(-1) ?? 'the dashboard'} has no child ${id}`);
    else if (found.has(id)) problems.push(`${id} occurs twice`);
    else {
      found.set(id, ancestors);
      for (const child of component.children ?? []) visit(child, [...ancestors, id]);
    }
  };
  visit('ROOT_ID', []);
  for (const [key, component] of components) {
    if (component.id !== key) problems.push(`${key} calls itself ${component.id}`);
    problems.push(...placeProblems(component, found.get(key)), ...widthProblems(component, components));
  }
  return [...problems, ...chartIdProblems(dashboard)];
}

export function chartComponents(dashboard: Dashboard): readonly ChartComponent[] {
  return [...componentsOf(dashboard).values()].filter((component) => component.type === 'CHART');
}

function componentsOf({ position }: Dashboard): ReadonlyMap<string, Component> {
  return new Map(Object.entries(position).flatMap(([key, value]) => (value === 'v2' ? [] : [[key, value] as const])));
}

function placeProblems({ id, type, parents = [] }: Component, ancestors: readonly string[] | undefined): string[] {
  if (type === 'HEADER') return [];
  if (ancestors === undefined) return [`${id} is nobody's child`];
  const place = ancestors.join(' > ');
  return parents.join(' > ') === place ? [] : [`${id} has the parents ${parents.join(' > ')} and lies in ${place}`];
}

function widthProblems({ id, type, children = [] }: Component, components: ReadonlyMap<string, Component>): string[] {
  if (type !== 'ROW') return [];
  const widths = children.map((child) => components.get(child)).map((it) => (it?.type === 'CHART' ? it.meta.width : 0));
  const width = widths.reduce((sum, next) => sum + next, 0);
  return width === gridColumns ? [] : [`${id} is ${width} columns wide instead of ${gridColumns}`];
}

function chartIdProblems(dashboard: Dashboard): string[] {
  const ids = chartComponents(dashboard).map(({ meta }) => meta.chartId);
  return ids.filter((id, index) => ids.indexOf(id) < index).map((id) => `chartId ${id} is given twice`);
}

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
  return offered !== undefined && shown !== undefined && shown !== offered;
}
