import type { Comparison } from './comparison.ts';
import { ratioText, spreadText } from './number-text.ts';
import type { Table } from './table.ts';

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
