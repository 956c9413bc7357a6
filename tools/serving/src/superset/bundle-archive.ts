import { strToU8, zipSync } from 'fflate';
import type { Asset, Bundle, Dashboard, Database } from '../bundle/bundle.ts';
import { type DashboardDatabase, passwordMask } from './dashboard-database.ts';

/** What an installation sets in the bundle. */
export interface BundleChoices {
  readonly database: DashboardDatabase;
  /** The default time range of the dashboards, in Superset's notation: `Current day`, `No filter`. */
  readonly timeRange: string;
}

/** The ZIP that Superset imports: one folder, and JSON, which is YAML that no parser reads otherwise. */
export function bundleArchive(bundle: Bundle, { database, timeRange }: BundleChoices): Uint8Array<ArrayBuffer> {
  const { metadata, databases, datasets, charts, dashboards } = bundle;
  const assets: readonly Asset<unknown>[] = [
    metadata,
    ...databases.map(({ path, content }) => ({ path, content: connected(content, database) })),
    ...datasets,
    ...charts,
    ...dashboards.map(({ path, content }) => ({ path, content: showing(content, timeRange) })),
  ];
  const files = assets.map(({ path, content }) => [`bundle/${path}`, strToU8(JSON.stringify(content))] as const);
  // The same bundle is the same archive, whenever it is made.
  return zipSync(Object.fromEntries(files), { mtime: new Date(1980, 0, 1) });
}

/** What travels beside the archive: the password of each database, by its file. */
export function bundlePasswords(bundle: Bundle, { password }: DashboardDatabase): Readonly<Record<string, string>> {
  return password === undefined ? {} : Object.fromEntries(bundle.databases.map(({ path }) => [path, password]));
}

function connected(content: Database, { url, password }: DashboardDatabase): Database {
  const uri = new URL(url);
  uri.password = password === undefined ? '' : passwordMask;
  return { ...content, sqlalchemy_uri: uri.href.replace(/^postgres(ql)?:/, 'postgresql+psycopg2:') };
}

function showing(content: Dashboard, timeRange: string): unknown {
  if (timeRange === 'No filter') return content;
  const filters = content.metadata.native_filter_configuration.map((filter) =>
    filter.filterType === 'filter_time' ? { ...filter, defaultDataMask: maskOf(timeRange) } : filter,
  );
  return { ...content, metadata: { ...content.metadata, native_filter_configuration: filters } };
}

function maskOf(timeRange: string) {
  return { extraFormData: { time_range: timeRange }, filterState: { value: timeRange }, ownState: {} };
}
