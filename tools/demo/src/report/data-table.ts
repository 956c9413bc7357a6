import type { Flow } from '../results/flow.ts';
import { clockText, grouped } from '../results/labels.ts';
import { type Html, html } from './html.ts';

/** A table whose first column names the row and whose others are numbers. */
export function dataTable(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first = '', ...others]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${others.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The numbers of a chart: a row for each time, a column for each id. */
export function flowTable(caption: string, { timesMs, series }: Flow): Html {
  const heads = ['UTC', ...series.map(({ label }) => label)];
  const rows = timesMs.map((timeMs, index) => [
    clockText(timeMs),
    ...series.map(({ values }) => grouped(values[index] ?? 0n)),
  ]);
  return dataTable(caption, heads, rows);
}
