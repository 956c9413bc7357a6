import { type Spread, spreadOf } from '../measure/statistics.ts';
import type { Metric } from './metrics.ts';
import { ratioText, spreadText, type Table } from './table.ts';

/** A contestant that the product is compared with. */
interface Rival {
  readonly contestant: string;
  readonly spread: Spread;
  /** How many times better the product's median is. */
  readonly ratio: number;
  /** What the ratio is to be at least; undefined where nothing is demanded. */
  readonly target: number | undefined;
}

/** One metric, of all who were measured. */
export interface Comparison {
  readonly title: string;
  readonly digits: number;
  readonly product: Spread;
  readonly rivals: readonly Rival[];
}

const PRODUCT = 'product';

/** @returns undefined when the product was not measured. */
export function compare<Run extends { readonly contestant: string }>(
  metric: Metric<Run>,
  runs: readonly Run[],
): Comparison | undefined {
  const spreads = new Map(
    [...Map.groupBy(runs, ({ contestant }) => contestant)].map(([name, its]) => [name, spreadOf(its.map(metric.of))]),
  );
  const product = spreads.get(PRODUCT);
  if (product === undefined) return undefined;
  const rivals = [...spreads].filter(([name]) => name !== PRODUCT);
  return {
    title: metric.title,
    digits: metric.digits,
    product,
    rivals: rivals.map(([contestant, spread]) => ({
      contestant,
      spread,
      ratio: timesBetter(metric.better, product.median, spread.median),
      target: metric.targets[contestant],
    })),
  };
}

export function comparisonsOf<Run extends { readonly contestant: string }>(
  metrics: readonly Metric<Run>[],
  runs: readonly Run[],
): readonly Comparison[] {
  return metrics.flatMap((metric) => compare(metric, runs) ?? []);
}

function timesBetter(better: 'more' | 'less', product: number, rival: number): number {
  return better === 'more' ? product / rival : rival / product;
}

/** A row for each metric; for each rival what it needs, and how many times better the product is. */
export function comparisonTable(comparisons: readonly Comparison[]): Table {
  const names = [...new Set(comparisons.flatMap(({ rivals }) => rivals.map(({ contestant }) => contestant)))];
  return {
    head: ['', 'product', ...names.flatMap((name) => [name, 'product is better by'])],
    rows: comparisons.map(({ title, digits, product, rivals }) => [
      title,
      spreadText(product, digits),
      ...names.flatMap((name) => {
        const rival = rivals.find(({ contestant }) => contestant === name);
        if (rival === undefined) return ['', ''];
        return [spreadText(rival.spread, digits), ratioText(rival.ratio, rival.target)];
      }),
    ]),
  };
}
