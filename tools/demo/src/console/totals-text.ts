import type { TotalsTableRow } from '@antenna/truth';
import type { KnownUser } from '../results/demo-results.ts';
import { flowOf, type TotalsType } from '../results/flow.ts';
import { grouped, shortId, userLabels } from '../results/labels.ts';
import { plainTable } from './plain-table.ts';

/** What fits a table that is to be taken in at a glance. */
const MOST_ROWS = 6;

interface Cell {
  readonly label: string;
  readonly value: bigint;
}

/** A window or an hour: users, antennas and apps side by side, those with the most bytes first, and the sum of all. */
export function totalsText(rows: readonly TotalsTableRow[], users: readonly KnownUser[]): string {
  const columns = [
    largestFirst(rows, 'user_total_bytes', userLabels(users)),
    largestFirst(rows, 'antenna_total_bytes', shortId),
    largestFirst(rows, 'app_total_bytes', shortId),
  ];
  const shown = Math.min(MOST_ROWS, Math.max(...columns.map(({ length }) => length)));
  const lines = Array.from({ length: shown }, (_, line) => columns.flatMap((cells) => textsOf(cells[line])));
  const sums = columns.flatMap((cells) => [`all ${cells.length}`, grouped(sumOf(cells))]);
  return plainTable(['user', 'bytes', 'antenna', 'bytes', 'app', 'bytes'], [1, 3, 5], [...lines, sums]);
}

function largestFirst(rows: readonly TotalsTableRow[], type: TotalsType, labelOf: (id: string) => string): Cell[] {
  const cells = flowOf(rows, type, labelOf).series.map(({ label, values }) => ({ label, value: values[0] ?? 0n }));
  return cells.sort((a, b) => Number(b.value - a.value));
}

function textsOf(cell: Cell | undefined): [string, string] {
  return cell === undefined ? ['', ''] : [cell.label, grouped(cell.value)];
}

function sumOf(cells: readonly Cell[]): bigint {
  return cells.reduce((sum, { value }) => sum + value, 0n);
}
