import * as z from 'zod';
import { uuidPrefix } from '../bundle/asset-schemas.ts';
import type { Bundle } from '../bundle/bundle.ts';
import type { SupersetClient } from './superset-client.ts';

const chartRow = z.object({ id: z.int(), uuid: z.string(), slice_name: z.string() });

/**
 * Removes the charts that an earlier bundle brought and this one does not have: the import itself never deletes. They
 * are known by the prefix of their uuid, which nothing that people make has.
 * @returns their names.
 */
export async function removeStaleCharts(client: SupersetClient, { charts }: Bundle): Promise<readonly string[]> {
  const wanted = new Set(charts.map(({ content }) => content.uuid));
  const rows = await client.list('chart', chartRow);
  const stale = rows.filter(({ uuid }) => uuid.startsWith(uuidPrefix) && !wanted.has(uuid));
  for (const { id } of stale) await client.call({ method: 'DELETE', path: `/api/v1/chart/${id}` });
  return stale.map(({ slice_name }) => slice_name);
}
