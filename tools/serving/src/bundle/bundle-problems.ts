import { type Asset, assetsOf, type Bundle, type Chart, type Dashboard, type Dataset } from './bundle.ts';
import { fieldsOf, shownColumns } from './chart-params.ts';
import { chartComponents, filterProblems, layoutProblems } from './dashboard-problems.ts';

/**
 * Whether the files of a bundle fit together. Superset checks none of this: it imports a dashboard with a dead
 * reference, and leaves out whatever comes after it.
 * @returns a line for each problem, beginning with the file that it is in.
 */
export function bundleProblems(bundle: Bundle): readonly string[] {
  return [
    ...duplicates(assetsOf(bundle)),
    ...bundle.datasets.flatMap((dataset) => datasetProblems(bundle, dataset)),
    ...bundle.charts.flatMap((chart) => chartProblems(bundle, chart)),
    ...bundle.dashboards.flatMap((dashboard) => dashboardProblems(bundle, dashboard)),
    ...colorProblems(bundle.dashboards),
  ];
}

function duplicates(assets: readonly Asset<unknown>[]): readonly string[] {
  const holders = new Map<string, string>();
  return assets.flatMap(({ path, content }) => {
    const uuid = uuidOf(content);
    if (uuid === undefined) return [];
    const holder = holders.get(uuid);
    holders.set(uuid, path);
    return holder === undefined ? [] : [`${path}: has the uuid of ${holder}`];
  });
}

function uuidOf(content: unknown): string | undefined {
  const hasUuid = typeof content === 'object' && content !== null && 'uuid' in content;
  return hasUuid && typeof content.uuid === 'string' ? content.uuid : undefined;
}

function datasetProblems({ databases }: Bundle, { path, content }: Asset<Dataset>): readonly string[] {
  const columns = content.columns.map(({ column_name }) => column_name);
  const metrics = content.metrics.map(({ metric_name }) => metric_name);
  return [
    ...missing([content.database_uuid], uuidsOf(databases), `${path}: database_uuid`),
    ...missing(content.main_dttm_col === null ? [] : [content.main_dttm_col], columns, `${path}: main_dttm_col`),
    ...repeated(columns).map((name) => `${path}: column ${name} is declared twice`),
    ...repeated(metrics).map((name) => `${path}: metric ${name} is declared twice`),
  ];
}

function chartProblems({ datasets, dashboards }: Bundle, { path, content }: Asset<Chart>): readonly string[] {
  const shownBy = dashboards.filter((it) => chartComponents(it.content).some(({ meta }) => meta.uuid === content.uuid));
  const homeless = shownBy.length === 1 ? [] : [`${path}: is on ${shownBy.length} dashboards instead of one`];
  const dataset = datasets.find((it) => it.content.uuid === content.dataset_uuid);
  if (dataset === undefined) return [...homeless, `${path}: dataset_uuid: there is no ${content.dataset_uuid}`];
  const { columns, metrics } = fieldsOf(content.params);
  const { params } = content;
  const styled =
    params.viz_type === 'table'
      ? [...Object.keys(params.column_config), ...(params.conditional_formatting ?? []).map(({ column }) => column)]
      : [];
  return [
    ...homeless,
    ...missing(columns, columnsOf(dataset.content), `${path}: column`),
    ...missing(metrics, metricsOf(dataset.content), `${path}: metric`),
    ...missing(styled, shownColumns(params), `${path}: format of a column that is not shown`),
  ];
}

function dashboardProblems(bundle: Bundle, { path, content }: Asset<Dashboard>): readonly string[] {
  const charts = new Map(bundle.charts.map((chart) => [chart.content.uuid, chart.content]));
  const wrong = chartComponents(content).flatMap(({ id, meta }) => {
    const chart = charts.get(meta.uuid);
    if (chart === undefined) return [`${id} shows ${meta.uuid}, which the bundle does not have`];
    return chart.slice_name === meta.sliceName
      ? []
      : [`${id} is called «${meta.sliceName}», not «${chart.slice_name}»`];
  });
  return [...wrong, ...layoutProblems(content), ...filterProblems(bundle, content)].map((line) => `${path}: ${line}`);
}

/** An id keeps its colour from one dashboard to the next. */
function colorProblems(dashboards: readonly Asset<Dashboard>[]): readonly string[] {
  const [first, ...others] = dashboards;
  const colors = JSON.stringify(first?.content.metadata.label_colors);
  return others
    .filter(({ content }) => JSON.stringify(content.metadata.label_colors) !== colors)
    .map(({ path }) => `${path}: label_colors differ from those of ${first?.path ?? ''}`);
}

function columnsOf({ columns }: Dataset): readonly string[] {
  return columns.map(({ column_name }) => column_name);
}

function metricsOf({ metrics }: Dataset): readonly string[] {
  return metrics.map(({ metric_name }) => metric_name);
}

function uuidsOf(assets: readonly Asset<{ readonly uuid: string }>[]): readonly string[] {
  return assets.map(({ content }) => content.uuid);
}

function missing(names: readonly string[], known: readonly string[], what: string): readonly string[] {
  return names.filter((name) => !known.includes(name)).map((name) => `${what}: there is no ${name}`);
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) < index);
}
