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
