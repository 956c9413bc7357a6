import { summarize } from '@antenna/truth';
import type { Check } from '../proof/check.ts';
import { grouped } from '../results/labels.ts';

/** A line for each comparison, with the differences below. */
export function proofText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ title }) => title.length));
  return checks.map((check) => lineOf(check, width)).join('\n');
}

function lineOf({ title, rows, differences }: Check, width: number): string {
  const counts = `${grouped(rows).padStart(7)} rows, ${differencesText(differences.length)}`;
  const line = `${differences.length === 0 ? '✓' : '✗'} ${title.padEnd(width)} ${counts}`;
  return differences.length === 0 ? line : `${line}\n  ${summarize(differences).replaceAll('\n', '\n  ')}`;
}

function differencesText(count: number): string {
  return count === 1 ? '1 difference' : `${grouped(count)} differences`;
}
