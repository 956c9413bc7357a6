import { numberText } from '@antenna/cli';
import { type Check, type DatabaseResults, deadLetterCounts, isProven, summarize } from '@antenna/oracle';
import { clockText } from '../results/flow.ts';
import { type HourUse, type QuotaUse, quotaUse } from '../results/quota-use.ts';
import { barChart } from './charts.ts';
import { dataTable, figure } from './figure.ts';
import { type Html, html } from './html.ts';

/** What was compared, how many rows, and what differs. */
export function proofSection(checks: readonly Check[]): Html {
  return html`<section aria-labelledby="proof">
    <h2 id="proof">Proof</h2>
    ${verdict(checks)}
    ${dataTable(
      'Compared row by row',
      ['Compared', 'Rows', 'Differences'],
      checks.map(({ title, rows, differences }) => [title, numberText(rows), numberText(differences.length)]),
    )}
    ${checks.filter(({ differences }) => differences.length > 0).map(differencesOf)}
  </section>`;
}

function verdict(checks: readonly Check[]): Html {
  return isProven(checks)
    ? html`<p class="verdict proven">✓ Proven: speed layer = batch layer = what the simulator sent, row by row.</p>`
    : html`<p class="verdict refuted">✗ Not proven: there are differences.</p>`;
}

function differencesOf({ title, differences }: Check): Html {
  return html`<h3>${title}</h3>
    <pre>${summarize(differences)}</pre>`;
}

/** Every user's usage by hour, with those hours marked that `user_quota_limit` has. */
export function quotaSection(results: DatabaseResults): Html {
  const uses = quotaUse(results);
  const heads = ['User', 'Quota', ...(uses[0]?.hours ?? []).map(({ hourMs }) => clockText(hourMs))];
  return html`<section aria-labelledby="quota">
    <h2 id="quota">Users over their quota</h2>
    <p>
      Bytes of each user in each hour. ${results.overQuota.length} times a user used more than the quota of an hour:
      those are marked <span class="over">▲ over</span>. A user whom <code>user_metadata</code> does not know is
      counted, and has no quota.
    </p>
    ${dataTable('Bytes by user and hour', heads, uses.map(rowOf))}
  </section>`;
}

function rowOf({ label, user, hours }: QuotaUse): (Html | string)[] {
  return [label, user?.quota == null ? '–' : numberText(user.quota), ...hours.map(cellOf)];
}

function cellOf({ usage, isOver }: HourUse): Html | string {
  return isOver
    ? html`<span class="over"><span aria-label="over quota">▲</span> ${numberText(usage)}</span>`
    : numberText(usage);
}

/** Why records were no events, the most frequent reason first. */
export function deadLetterSection(results: DatabaseResults): Html {
  const counts = Array.from(deadLetterCounts(results)).sort(([, a], [, b]) => b - a);
  const records = counts.reduce((sum, [, count]) => sum + count, 0);
  return figure({
    name: 'dead-letters',
    title: 'Dead letters by reason',
    description:
      `${records} records were no events. ${results.deadLetters.length} are rows of pipeline.dead_letter, with their ` +
      `payloads; the others are counted in ${results.deadLetterRanges.length} rows of pipeline.dead_letter_range.`,
    chart: barChart(new Map(counts)),
    table: dataTable(
      'Dead letters',
      ['Reason', 'Records'],
      counts.map(([reason, count]) => [reason, String(count)]),
    ),
  });
}
