import * as z from 'zod';
import { type Bundle, uuidPrefix } from '../bundle/bundle.ts';
import { SupersetRefusedError } from './answer.ts';
import { bundleArchive, type BundleChoices, bundlePasswords } from './bundle-archive.ts';
import { requireReadableData } from './readable-data.ts';
import { type Credentials, SupersetClient } from './superset-client.ts';
import { requireSupportedVersion } from './supported-version.ts';

export interface ImportRequest {
  readonly url: URL;
  readonly credentials: Credentials;
  readonly choices: BundleChoices;
}

export interface ImportResult {
  readonly datasets: number;
  readonly charts: number;
  /** Names of the charts that the bundle had once and has no more. */
  readonly removed: readonly string[];
  readonly dashboards: readonly { readonly title: string; readonly url: string }[];
}

const importAnswer = z.object({ message: z.literal('OK') });

/**
 * Puts the bundle into a Superset: creates what is missing, updates what is there, removes charts that the bundle
 * brought once and has no more, and touches nothing else. Done again, it changes nothing.
 * @throws {LoginRefusedError | PermissionMissingError | SupersetVersionError | SupersetUnreachableError}
 * @throws {DataUnreadableError} when all is imported, but Superset cannot read the data.
 */
export async function importBundle(
  bundle: Bundle,
  { url, credentials, choices }: ImportRequest,
): Promise<ImportResult> {
  await requireSupportedVersion(url);
  const client = await SupersetClient.login(url, credentials);
  importAnswer.parse(
    await client.call({ method: 'POST', path: '/api/v1/assets/import/', form: formOf(bundle, choices) }),
  );
  for (const { content } of bundle.dashboards)
    await requireCharts(client, content.slug, expectedCharts(content.position));
  const removed = await removeStaleCharts(client, bundle);
  await requireReadableData(client, bundle, choices.timeRange);
  return {
    datasets: bundle.datasets.length,
    charts: bundle.charts.length,
    removed,
    dashboards: bundle.dashboards.map(({ content }) => ({
      title: content.dashboard_title,
      url: `${url.href.replace(/\/$/, '')}/superset/dashboard/${content.slug}/`,
    })),
  };
}

function formOf(bundle: Bundle, choices: BundleChoices): FormData {
  const form = new FormData();
  form.set('bundle', new Blob([bundleArchive(bundle, choices)], { type: 'application/zip' }), 'bundle.zip');
  form.set('passwords', JSON.stringify(bundlePasswords(bundle, choices.database)));
  return form;
}

const chartsAnswer = z.object({ result: z.array(z.object({ id: z.int() })) });

/** A dashboard that lost a chart on the way is imported without an error. */
async function requireCharts(client: SupersetClient, slug: string, expected: number): Promise<void> {
  const answer = await client.call({ method: 'GET', path: `/api/v1/dashboard/${slug}/charts` });
  const found = chartsAnswer.parse(answer).result.length;
  if (found !== expected)
    throw new SupersetRefusedError(`dashboard ${slug} has ${found} charts instead of ${expected}`);
}

function expectedCharts(position: Bundle['dashboards'][number]['content']['position']): number {
  return Object.values(position).filter((component) => component !== 'v2' && component.type === 'CHART').length;
}

const chartRow = z.object({ id: z.int(), uuid: z.string(), slice_name: z.string() });

/**
 * Removes the charts that an earlier bundle brought and this one does not have: the import itself never deletes. They
 * are known by the prefix of their uuid, which nothing that people make has.
 * @returns their names.
 */
async function removeStaleCharts(client: SupersetClient, { charts }: Bundle): Promise<readonly string[]> {
  const wanted = new Set(charts.map(({ content }) => content.uuid));
  const rows = await client.list('chart', chartRow);
  const stale = rows.filter(({ uuid }) => uuid.startsWith(uuidPrefix) && !wanted.has(uuid));
  for (const { id } of stale) await client.call({ method: 'DELETE', path: `/api/v1/chart/${id}` });
  return stale.map(({ slice_name }) => slice_name);
}

/** What an import did, for people. */
export function resultText({ datasets, charts, removed, dashboards }: ImportResult): string {
  return [
    `${dashboards.length} dashboards, ${charts} charts, ${datasets} datasets are up to date`,
    ...removed.map((name) => `removed the chart «${name}», which the bundle no longer has`),
    ...dashboards.map(({ title, url }) => `${title}\n  ${url}`),
    '',
  ].join('\n');
}
