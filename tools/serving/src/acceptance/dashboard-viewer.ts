import { resolve } from 'node:path';
import { until } from '@antenna/test-kit';
import pg from 'pg';
import type { Locator } from 'playwright-core';
import type { Bundle } from '../bundle/bundle.ts';
import { chartComponents } from '../bundle/dashboard-problems.ts';
import { defaultBundleFolder, readBundle } from '../bundle/read-bundle.ts';
import { DashboardBrowser } from './dashboard-browser.ts';
import type { Look, ShownChart } from './dashboard-cards.ts';
import { servingFixture } from './serving-fixture.ts';

/** Where the pictures of the documentation are. */
export const imagesFolder = resolve(import.meta.dirname, '../../../../docs/images');

export const slugs = ['capa-speed', 'capa-batch', 'capa-dias', 'usuario-hora'] as const;
export type Slug = (typeof slugs)[number];

/** Looks at the dashboards of the fixture's Superset, and at the database that they show. */
export class DashboardViewer {
  readonly bundle: Bundle;
  readonly browser: DashboardBrowser;
  readonly database: pg.Client;
  /** The charts of each dashboard that `turnTo` has opened. */
  readonly #seen = new Map<Slug, readonly ShownChart[]>();
  /** The dashboard that `turnTo` has opened and on which nothing was chosen since. */
  #present: Slug | undefined;

  private constructor(bundle: Bundle, browser: DashboardBrowser, database: pg.Client) {
    this.bundle = bundle;
    this.browser = browser;
    this.database = database;
  }

  static async open(): Promise<DashboardViewer> {
    const fixture = servingFixture();
    const database = new pg.Client(fixture.databaseUrl);
    await database.connect();
    const browser = await DashboardBrowser.open(fixture.browser, fixture.supersetUrl);
    await browser.logIn(fixture.credentials);
    return new DashboardViewer(await readBundle(defaultBundleFolder), browser, database);
  }

  /** How many charts the dashboard has. */
  #charts(slug: Slug): number {
    const dashboard = this.bundle.dashboards.find(({ content }) => content.slug === slug);
    if (dashboard === undefined) throw new Error(`the bundle has no ${slug}`);
    return chartComponents(dashboard.content).length;
  }

  /** Opens a dashboard anew. */
  show(slug: Slug, look: Look = 'texts'): Promise<readonly ShownChart[]> {
    this.#present = undefined;
    return this.browser.show(slug, this.#charts(slug), look);
  }

  /** Makes the page show a dashboard as it opens. */
  async turnTo(slug: Slug): Promise<readonly ShownChart[]> {
    if (this.#present !== slug) {
      this.#seen.set(slug, await this.show(slug, 'texts and colours'));
      this.#present = slug;
    }
    return this.seen(slug);
  }

  /** The charts of a dashboard, which is opened unless `turnTo` has opened it before. */
  async seen(slug: Slug): Promise<readonly ShownChart[]> {
    return this.#seen.get(slug) ?? this.turnTo(slug);
  }

  /** Chooses a value of the filter of this name. */
  async filter(name: string, value: string): Promise<void> {
    this.#present = undefined;
    await this.browser.filter(name, value);
  }

  /** Follows a link to a dashboard, and waits like `show`. */
  async follow(link: Locator, slug: Slug): Promise<readonly ShownChart[]> {
    this.#present = undefined;
    return this.browser.follow(link, slug, this.#charts(slug));
  }

  /** The charts of the present dashboard, once they show what is expected. */
  shownOnce(condition: (shown: readonly ShownChart[]) => boolean): Promise<readonly ShownChart[]> {
    return until(
      async () => {
        const shown = await this.browser.drawn('texts');
        return condition(shown) && shown;
      },
      { what: 'change of the charts', deadlineMs: 300_000 },
    );
  }

  /** The only column of the first row of a statement. */
  async valueOf(statement: string): Promise<string> {
    const { rows } = await this.database.query<Record<string, unknown>>(statement);
    return String(Object.values(rows[0] ?? {})[0]);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.database.end();
  }
}

export function textOf(shown: readonly ShownChart[], name: string): string {
  return shown.find((chart) => chart.name === name)?.text ?? '';
}

export function namesOf(shown: readonly ShownChart[], condition: (chart: ShownChart) => boolean): readonly string[] {
  return shown.filter(condition).map(({ name }) => name);
}
