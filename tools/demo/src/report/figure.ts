import { numberText } from '@antenna/cli';
import { clockText, type Flow } from '../results/flow.ts';
import { type Html, html } from './html.ts';

interface Figure {
  /** Unique in the page, and so fit for an `id`. */
  readonly name: string;
  readonly title: string;
  /** What the chart shows, in words. */
  readonly description: string;
  readonly chart: Html;
  /** The same numbers, for who cannot see the chart. */
  readonly table: Html;
}

/** A chart with its title and, folded, its numbers. */
export function figure({ name, title, description, chart, table }: Figure): Html {
  return html`<section aria-labelledby="${name}">
    <h2 id="${name}">${title}</h2>
    <p>${description}</p>
    <figure role="img" aria-labelledby="${name}" class="scroll">${chart}</figure>
    <details>
      <summary>The numbers</summary>
      ${table}
    </details>
  </section>`;
}

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
    ...series.map(({ values }) => numberText(values[index] ?? 0n)),
  ]);
  return dataTable(caption, heads, rows);
}
