import { numberText } from '@antenna/cli';
import { type Check, type DatabaseResults, deadLetterCounts } from '@antenna/oracle';
import { dateText } from '../results/flow.ts';
import { hourSections, windowSections } from './flow-sections.ts';
import { type Html, html, trusted } from './html.ts';
import { pageStyle } from './page-style.ts';
import { deadLetterSection, proofSection, quotaSection } from './result-sections.ts';

/** What the report is about. */
export interface Story {
  readonly fromMs: number;
  readonly toMs: number;
  readonly madeAtMs: number;
  readonly records: number;
  readonly lateEvents: number;
  readonly results: DatabaseResults;
  readonly checks: readonly Check[];
}

/** A page that needs nothing but itself: no script, no font, no picture from elsewhere. */
export function reportPage(story: Story): string {
  const { results, checks } = story;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Antenna usage: the demo's result</title>
        <style>
          ${trusted(pageStyle)}
        </style>
      </head>
      <body>
        <header>
          <h1>Antenna usage</h1>
          <p>
            Simulated from ${dateText(story.fromMs)} to ${dateText(story.toMs)}; all times are UTC. The charts show what
            the tables <code>bytes</code> and <code>bytes_hourly</code> hold.
          </p>
          ${figuresOf(story)}
        </header>
        <main>
          ${proofSection(checks)} ${windowSections(results)} ${hourSections(results)} ${quotaSection(results)}
          ${deadLetterSection(results)}
        </main>
        <footer>Made by <code>npm run demo</code> on ${dateText(story.madeAtMs)} UTC.</footer>
      </body>
    </html>`;
  return `${page.html}\n`;
}

function figuresOf({ records, lateEvents, results }: Story): Html {
  const deadLetters = Array.from(deadLetterCounts(results).values()).reduce((sum, count) => sum + count, 0);
  const figures: [string, number][] = [
    ['Records sent', records],
    ['Events', records - deadLetters],
    ['Late events', lateEvents],
    ['Dead letters', deadLetters],
    ['Window totals', results.windows.length],
    ['Hourly totals', results.hours.length],
    ['Times over quota', results.overQuota.length],
  ];
  return html`<dl>
    ${figures.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${numberText(value)}</dd>
        </div>`,
    )}
  </dl>`;
}
