import type { DatabaseResults } from '../results/demo-results.ts';
import { clockText, grouped } from '../results/labels.ts';
import { quotaUse } from '../results/quota-use.ts';
import { plainTable } from './plain-table.ts';

/** The users who were over their quota, with their usage of those hours. */
export function quotaText(results: DatabaseResults): string {
  const over = quotaUse(results).filter(({ hours }) => hours.some(({ isOver }) => isOver));
  const hours = (over[0]?.hours ?? []).map(({ hourMs }) => clockText(hourMs));
  const rows = over.map(({ label, user, hours: uses }) => [
    label,
    grouped(user?.quota ?? 0n),
    ...uses.map(({ usage, isOver }) => (isOver ? grouped(usage) : '')),
  ]);
  const heads = ['user', 'quota', ...hours];
  return plainTable(heads, Array.from(heads.keys()).slice(1), rows);
}
