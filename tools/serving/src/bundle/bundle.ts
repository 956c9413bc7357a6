import type { Chart, Dashboard, Database, Dataset, Metadata } from './asset-schemas.ts';

/** A file of the bundle and what it holds. */
export interface Asset<T> {
  /** Relative to the bundle's folder, with slashes. */
  readonly path: string;
  readonly content: T;
}

/** Superset assets as reviewed text: every file is valid by itself. `bundleProblems` tells whether they fit together. */
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
