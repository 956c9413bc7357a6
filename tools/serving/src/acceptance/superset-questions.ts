import * as z from 'zod';
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
