import { summarize } from '@antenna/truth';
import { type Check, isProven } from '../proof/check.ts';
import { grouped } from '../results/labels.ts';
import { dataTable } from './data-table.ts';
import { type Html, html } from './html.ts';

/** What was compared, how many rows, and what differs. */
export function proofSection(checks: readonly Check[]): Html {
  return html`<section aria-labelledby="proof">
    <h2 id="proof">Proof</h2>
    ${verdict(checks)}
    ${dataTable(
      'Compared row by row',
      ['Compared', 'Rows', 'Differences'],
      checks.map(({ title, rows, differences }) => [title, grouped(rows), grouped(differences.length)]),
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
