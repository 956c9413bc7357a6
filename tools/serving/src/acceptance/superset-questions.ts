import * as z from 'zod';
import { type Bundle, uuidPrefix } from '../bundle/bundle.ts';
import type { SupersetClient } from '../superset/superset-client.ts';

const identified = z.object({ id: z.int(), uuid: z.string() });
const created = z.object({ id: z.int() });
const named = z.object({ id: z.int(), slice_name: z.string() });
const roles = z.object({ result: z.array(z.object({ id: z.int(), name: z.string() })) });

type Kind = 'database' | 'dataset' | 'chart' | 'dashboard';
export type Ids = Readonly<Record<Kind, Readonly<Record<string, number>>>>;

/** The ids of everything in Superset, by uuid. */
export async function idsIn(client: SupersetClient): Promise<Ids> {
  const of = async (kind: Kind): Promise<Record<string, number>> =>
    Object.fromEntries((await client.list(kind, identified)).map(({ uuid, id }) => [uuid, id]));
  return {
    database: await of('database'),
    dataset: await of('dataset'),
    chart: await of('chart'),
    dashboard: await of('dashboard'),
  };
}

/** The ids of the charts of these names, as text. */
export async function chartIds(client: SupersetClient, names: readonly string[]): Promise<readonly string[]> {
  const rows = await client.list('chart', named);
  return rows.filter(({ slice_name }) => names.includes(slice_name)).map(({ id }) => String(id));
}

/** Makes a chart as a person would, on some dataset of ours. @returns its id. */
export async function somebodysChart(client: SupersetClient): Promise<number> {
  const [dataset] = Object.values((await idsIn(client)).dataset);
  const json = { slice_name: 'Mío', viz_type: 'table', datasource_id: dataset, datasource_type: 'table', params: '{}' };
  return created.parse(await client.call({ method: 'POST', path: '/api/v1/chart/', json })).id;
}

/** Makes a user who may only look. @returns how to log in as this user. */
export async function somebodyWhoLooks(client: SupersetClient): Promise<{ username: string; password: string }> {
  const answer = await client.call({ method: 'GET', path: '/api/v1/security/roles/?q=(page_size:100)' });
  const gamma = roles.parse(answer).result.find(({ name }) => name === 'Gamma');
  const credentials = { username: 'viewer', password: 'only-looks' };
  const person = { first_name: 'V', last_name: 'V', email: 'viewer@localhost', active: true, roles: [gamma?.id] };
  await client.call({ method: 'POST', path: '/api/v1/security/users/', json: { ...credentials, ...person } });
  return credentials;
}

/** The bundle as another version of it could be: one chart more, and the first dashboard with another title. */
export function withExtraChart(original: Bundle, title: string): Bundle {
  const bundle = structuredClone(original);
  const [chart] = bundle.charts;
  const [dashboard] = bundle.dashboards;
  if (chart === undefined || dashboard === undefined) throw new Error('the bundle is empty');
  const uuid = `${uuidPrefix}0000-4000-8000-000000009999`;
  dashboard.content.dashboard_title = title;
  const { position } = dashboard.content;
  const grid = position['GRID_ID'];
  if (grid === undefined || grid === 'v2' || grid.type !== 'GRID') throw new Error('the dashboard has no grid');
  grid.children.push('ROW-99');
  position['ROW-99'] = {
    type: 'ROW',
    id: 'ROW-99',
    parents: ['ROOT_ID', 'GRID_ID'],
    children: ['CHART-99'],
    meta: { background: 'BACKGROUND_TRANSPARENT' },
  };
  position['CHART-99'] = {
    type: 'CHART',
    id: 'CHART-99',
    parents: ['ROOT_ID', 'GRID_ID', 'ROW-99'],
    children: [],
    meta: { uuid, chartId: 99, width: 12, height: 20, sliceName: 'De más' },
  };
  const extra = { path: 'charts/extra.yaml', content: { ...chart.content, uuid, slice_name: 'De más' } };
  return { ...bundle, charts: [...bundle.charts, extra] };
}

/** The bundle with a table that shows at most so many rows. */
export function withRowLimit(original: Bundle, chart: string, rowLimit: number): Bundle {
  const bundle = structuredClone(original);
  const params = bundle.charts.find(({ content }) => content.slice_name === chart)?.content.params;
  if (params?.viz_type !== 'table') throw new Error(`the bundle has no table ${chart}`);
  params.row_limit = rowLimit;
  return bundle;
}
