import type { DatabaseResults } from '../results/demo-results.ts';
import { clockText, grouped } from '../results/labels.ts';
import { type HourUse, type QuotaUse, quotaUse } from '../results/quota-use.ts';
import { dataTable } from './data-table.ts';
import { type Html, html } from './html.ts';

/** Every user's usage by hour, with those hours marked that `user_quota_limit` has. */
export function quotaSection(results: DatabaseResults): Html {
  const uses = quotaUse(results);
  const heads = ['User', 'Quota', ...(uses[0]?.hours ?? []).map(({ hourMs }) => clockText(hourMs))];
  return html`<section aria-labelledby="quota">
    <h2 id="quota">Users over their quota</h2>
    <p>
      Bytes of each user in each hour. ${results.overQuota.length} times somebody used more than the quota of an hour:
      those are marked <span class="over">▲ over</span>. A user whom <code>user_metadata</code> does not know is
      counted, and has no quota.
    </p>
    ${dataTable('Bytes by user and hour', heads, uses.map(rowOf))}
  </section>`;
}

function rowOf({ label, user, hours }: QuotaUse): (Html | string)[] {
  return [label, user?.quota == null ? '–' : grouped(user.quota), ...hours.map(cellOf)];
}

function cellOf({ usage, isOver }: HourUse): Html | string {
  return isOver
    ? html`<span class="over"><span aria-label="over quota">▲</span> ${grouped(usage)}</span>`
    : grouped(usage);
}
