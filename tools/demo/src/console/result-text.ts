import type { Check } from '../proof/check.ts';
import type { DatabaseResults } from '../results/demo-results.ts';
import { dateText } from '../results/labels.ts';
import { proofText } from './proof-text.ts';
import { quotaText } from './quota-text.ts';
import { totalsText } from './totals-text.ts';

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
