import * as z from 'zod';
import { chartParams } from './chart-params.ts';
import { dashboardMetadata, dashboardPosition } from './dashboard-schemas.ts';

/**
 * What the bundle may hold: the fields of Superset's own import schemas (6.1) that it uses, and no others. Superset
 * answers a field that it does not know with «unknown reason»; this check names the field.
 */
const version = z.literal('1.0.0');
/** One prefix for all identifiers: it distinguishes assets of the bundle from those that users made. */
export const uuidPrefix = 'a47e44a0-';
const uuid = z.uuid().refine((text) => text.startsWith(uuidPrefix), { error: `must begin with ${uuidPrefix}` });
/** Superset marks the asset as managed externally, and offers no edit. */
const isManagedExternally = z.literal(true);

export const metadataSchema = z.strictObject({ version, type: z.literal('assets'), timestamp: z.string() });

export const databaseSchema = z.strictObject({
  database_name: z.string(),
  // Superset's own mask stands for the password, which travels beside the bundle.
  sqlalchemy_uri: z.string().regex(/^postgresql\+psycopg2:\/\/[^:@]+:XXXXXXXXXX@/),
  uuid,
  cache_timeout: z.int(),
  expose_in_sqllab: z.boolean(),
  allow_run_async: z.boolean(),
  allow_ctas: z.literal(false),
  allow_cvas: z.literal(false),
  allow_dml: z.literal(false),
  allow_csv_upload: z.literal(false),
  impersonate_user: z.boolean(),
  is_managed_externally: isManagedExternally,
  extra: z.strictObject({
    allows_virtual_table_explore: z.boolean(),
    metadata_params: z.strictObject({}),
    engine_params: z.strictObject({ connect_args: z.record(z.string(), z.union([z.string(), z.number()])) }),
  }),
  version,
});

export const columnTypes = [
  'BIGINT',
  'BOOLEAN',
  'NUMERIC',
  'TEXT',
  'TIMESTAMP WITHOUT TIME ZONE',
  'TIMESTAMP WITH TIME ZONE',
] as const;

const columnSchema = z.strictObject({
  column_name: z.string(),
  verbose_name: z.string(),
  type: z.enum(columnTypes),
  is_dttm: z.boolean(),
  is_active: z.literal(true),
  groupby: z.boolean(),
  filterable: z.boolean(),
  /** SQL over the other columns. */
  expression: z.string().optional(),
});

const metricSchema = z.strictObject({
  metric_name: z.string(),
  verbose_name: z.string(),
  expression: z.string(),
  d3format: z.string().optional(),
  description: z.string().optional(),
});

export const datasetSchema = z.strictObject({
  table_name: z.string(),
  description: z.string(),
  schema: z.string(),
  /** Null for a table or view called `table_name`. */
  sql: z.string().nullable(),
  main_dttm_col: z.string().nullable(),
  uuid,
  database_uuid: z.string(),
  metrics: z.array(metricSchema),
  columns: z.array(columnSchema).nonempty(),
  offset: z.literal(0),
  cache_timeout: z.int(),
  filter_select_enabled: z.boolean(),
  normalize_columns: z.literal(false),
  always_filter_main_dttm: z.literal(false),
  is_managed_externally: isManagedExternally,
  version,
});

export const chartSchema = z
  .strictObject({
    slice_name: z.string(),
    description: z.string().nullable(),
    viz_type: z.string(),
    params: chartParams,
    // A second truth that the browser does not use.
    query_context: z.null(),
    cache_timeout: z.null(),
    uuid,
    dataset_uuid: z.string(),
    is_managed_externally: isManagedExternally,
    version,
  })
  .refine(({ viz_type, params }) => viz_type === params.viz_type, { error: 'viz_type differs from params.viz_type' });

export const dashboardSchema = z.strictObject({
  dashboard_title: z.string(),
  description: z.string(),
  slug: z.string().regex(/^[a-z-]+$/),
  uuid,
  published: z.literal(true),
  css: z.string(),
  is_managed_externally: isManagedExternally,
  position: dashboardPosition,
  metadata: dashboardMetadata,
  version,
});

type Metadata = z.infer<typeof metadataSchema>;
export type Database = z.infer<typeof databaseSchema>;
export type Dataset = z.infer<typeof datasetSchema>;
export type Chart = z.infer<typeof chartSchema>;
export type Dashboard = z.infer<typeof dashboardSchema>;

/** A file of the bundle and what it holds. */
export interface Asset<T> {
  /** Relative to the bundle's folder, with slashes. */
  readonly path: string;
  readonly content: T;
}

/** Superset assets as reviewed text: every file is valid by itself. `bundleProblems` checks whether they fit together. */
export interface Bundle {
  readonly metadata: Asset<Metadata>;
  readonly databases: readonly Asset<Database>[];
  readonly datasets: readonly Asset<Dataset>[];
  readonly charts: readonly Asset<Chart>[];
  readonly dashboards: readonly Asset<Dashboard>[];
}

/** All files, in the order of their paths. */
export function assetsOf(bundle: Bundle): readonly Asset<unknown>[] {
  const { metadata, databases, datasets, charts, dashboards } = bundle;
  const all: readonly Asset<unknown>[] = [metadata, ...databases, ...datasets, ...charts, ...dashboards];
  return all.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}
