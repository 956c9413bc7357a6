import type { ImportResult } from '../superset/import-bundle.ts';

/** What an import did, for people. */
export function resultText({ datasets, charts, removed, dashboards }: ImportResult): string {
  return [
    `${dashboards.length} dashboards, ${charts} charts, ${datasets} datasets are up to date`,
    ...removed.map((name) => `removed the chart «${name}», which the bundle no longer has`),
    ...dashboards.map(({ title, url }) => `${title}\n  ${url}`),
    '',
  ].join('\n');
}
