import { numberText, textTable } from '@antenna/cli';
import { type Check, type DatabaseResults, type KnownUser, proofText, type TotalsTableRow } from '@antenna/oracle';
import { clockText, dateText, flowOf, shortId, type TotalsType, userLabels } from './results/flow.ts';
import { quotaUse } from './results/quota-use.ts';

/** A window, an hour, the users over quota and the proof. */
export function resultText(results: DatabaseResults, checks: readonly Check[]): string {
  return [
    exampleText('bytes, the 5-minute window from', results.windows, results.users),
    exampleText('bytes_hourly, the hour from', results.hours, results.users),
    `user_quota_limit: users over their quota, and what they used in that hour\n${quotaText(results)}`,
    `Proof\n${proofText(checks)}\n`,
  ].join('\n\n');
}

/** What a table holds of the time in the middle. */
function exampleText(title: string, rows: DatabaseResults['windows'], users: DatabaseResults['users']): string {
  const timesMs = Array.from(new Set(rows.map(({ timestampMs }) => timestampMs))).sort((a, b) => a - b);
  const timeMs = timesMs[Math.floor(timesMs.length / 2)];
  if (timeMs === undefined) return `${title} …: the table is empty`;
  const ofTime = rows.filter(({ timestampMs }) => timestampMs === timeMs);
  return `${title} ${dateText(timeMs)} UTC\n${totalsText(ofTime, users)}`;
}

/** As many as are read at a glance. */
const MOST_ROWS = 6;

interface Cell {
  readonly label: string;
  readonly value: bigint;
}

/** A window or an hour: users, antennas and apps side by side, those with the most bytes first, and the sum of all. */
function totalsText(rows: readonly TotalsTableRow[], users: readonly KnownUser[]): string {
  const columns = [
    largestFirst(rows, 'user_total_bytes', userLabels(users)),
    largestFirst(rows, 'antenna_total_bytes', shortId),
    largestFirst(rows, 'app_total_bytes', shortId),
  ];
  const shown = Math.min(MOST_ROWS, Math.max(...columns.map(({ length }) => length)));
  const lines = Array.from({ length: shown }, (_, line) => columns.flatMap((cells) => textsOf(cells[line])));
  const sums = columns.flatMap((cells) => [`all ${cells.length}`, numberText(sumOf(cells))]);
  return textTable(['user', 'bytes', 'antenna', 'bytes', 'app', 'bytes'], [...lines, sums], [1, 3, 5]);
}

function largestFirst(rows: readonly TotalsTableRow[], type: TotalsType, labelOf: (id: string) => string): Cell[] {
  const cells = flowOf(rows, type, labelOf).series.map(({ label, values }) => ({ label, value: values[0] ?? 0n }));
  return cells.sort((a, b) => Number(b.value - a.value));
}

function textsOf(cell: Cell | undefined): [string, string] {
  return cell === undefined ? ['', ''] : [cell.label, numberText(cell.value)];
}

function sumOf(cells: readonly Cell[]): bigint {
  return cells.reduce((sum, { value }) => sum + value, 0n);
}

/** The users who were over their quota, with their usage of those hours. */
function quotaText(results: DatabaseResults): string {
  const over = quotaUse(results).filter(({ hours }) => hours.some(({ isOver }) => isOver));
  const hours = (over[0]?.hours ?? []).map(({ hourMs }) => clockText(hourMs));
  const rows = over.map(({ label, user, hours: uses }) => [
    label,
    numberText(user?.quota ?? 0n),
    ...uses.map(({ usage, isOver }) => (isOver ? numberText(usage) : '')),
  ]);
  const heads = ['user', 'quota', ...hours];
  return textTable(heads, rows, [...heads.keys()].slice(1));
}
