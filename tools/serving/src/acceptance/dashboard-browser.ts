import { temporaryFolder } from '@antenna/test-kit';
import { type BrowserContext, chromium as playwright, type Locator, type Page, type Request } from 'playwright-core';
import type { Credentials } from '../superset/superset-client.ts';
import { cardsOf, type Look, type ShownChart, shownChart } from './dashboard-cards.ts';

/** Other work shares the machine: a page may take minutes. */
const patienceMs = 300_000;

/** Superset's own head, the dashboard's, and the filters. */
const aboveGridPx = 212;

/** Without the connections that a closed network would refuse. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Superset's packaged pages ask another host for a pixel, which the configuration forbids; nothing else may fail. */
const expectedFault = 'violates the following Content Security Policy directive: "img-src';

/** Somebody who looks at dashboards, in Madrid: what is shown must be UTC all the same. */
export class DashboardBrowser {
  readonly page: Page;
  /** What the pages complained of. */
  readonly complaints: string[] = [];
  /** Other hosts that the pages asked. */
  readonly foreignHosts = new Set<string>();
  /** What the pages asked of charts: the chart's id, and the question as JSON. */
  readonly asked: { readonly chart: string; readonly question: string }[] = [];
  /** What was asked for and has not been answered. */
  readonly #unanswered = new Set<Request>();
  readonly #url: string;
  readonly #end: () => Promise<void>;

  private constructor(context: BrowserContext, page: Page, url: string, closeFolder: () => Promise<void>) {
    this.page = page;
    this.#url = url;
    this.#end = async () => {
      await context.close();
      await closeFolder();
    };
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes(expectedFault)) this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      this.#unanswered.add(request);
      const question = request.postData() ?? '';
      const chart = /"slice_id":(\d+)/.exec(question)?.[1];
      if (request.url().includes('/api/v1/chart/data') && chart !== undefined) this.asked.push({ chart, question });
    });
    page.on('requestfinished', (request) => {
      this.#unanswered.delete(request);
      this.#noteHost(request);
    });
    page.on('requestfailed', (request) => {
      this.#unanswered.delete(request);
      // What the pages' own policy refuses never leaves the browser.
      if (request.failure()?.errorText !== 'csp') this.#noteHost(request);
    });
  }

  static async open(executablePath: string, url: string): Promise<DashboardBrowser> {
    const profile = await temporaryFolder();
    const context = await playwright.launchPersistentContext(profile.path, {
      executablePath,
      headless: true,
      viewport: { width: 1440, height: 1000 },
      timezoneId: 'Europe/Madrid',
      locale: 'es-ES',
      args: flags,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(patienceMs);
    return new DashboardBrowser(context, page, url, () => profile.close());
  }

  async logIn({ username, password }: Credentials): Promise<void> {
    await this.page.goto(`${this.#url}/login/`, { waitUntil: 'domcontentloaded' });
    await this.page.locator('#username, input[name=username]').first().fill(username);
    await this.page.locator('input[type=password]').first().fill(password);
    await this.page.locator('button[type=submit]').first().click();
    await this.page.waitForURL((url) => !url.pathname.startsWith('/login'));
  }

  /** Opens a dashboard and waits until each of its charts is drawn, or says that it cannot be. */
  async show(slug: string, charts: number, look: Look): Promise<readonly ShownChart[]> {
    await this.page.setViewportSize({ width: 1440, height: 1000 });
    await this.page.goto(`${this.#url}/superset/dashboard/${slug}/`, { waitUntil: 'domcontentloaded' });
    await this.#arrived(slug, charts);
    return this.drawn(look);
  }

  /** Follows a link to a dashboard, and waits like `show`. */
  async follow(link: Locator, slug: string, charts: number): Promise<readonly ShownChart[]> {
    await link.click();
    await this.page.waitForURL((url) => url.pathname.startsWith(`/superset/dashboard/${slug}/`));
    await this.#arrived(slug, charts);
    return this.drawn('texts');
  }

  async #arrived(slug: string, charts: number): Promise<void> {
    const cards = cardsOf(this.page);
    await cards
      .nth(charts - 1)
      .waitFor({ state: 'attached' })
      .catch(async (error: unknown) => {
        throw new Error(`${slug} has ${await cards.count()} charts instead of ${charts}; ${await this.#state()}`, {
          cause: error,
        });
      });
  }

  /** All charts of the page, once they are drawn. */
  async drawn(look: Look): Promise<readonly ShownChart[]> {
    const shown: ShownChart[] = [];
    for (const card of await cardsOf(this.page).all()) {
      // What is out of sight is not loaded.
      await card.scrollIntoViewIfNeeded();
      await card.locator('[id^="chart-id-"], [role=alert], .ant-alert, .ant-empty').first().waitFor();
      await card.locator('[data-test="loading-indicator"]').waitFor({ state: 'detached' });
      shown.push(await shownChart(card, look));
    }
    return shown;
  }

  /** Chooses a value of the filter of this name. */
  async filter(name: string, value: string): Promise<void> {
    const bar = this.page.locator('[data-test="filter-bar"]');
    const names = await bar.locator('[data-test="filter-control-name"]').allInnerTexts();
    await bar.locator('[data-test="form-item-value"]').nth(names.indexOf(name)).locator('.ant-select').click();
    await this.page.keyboard.type(value);
    await this.page.locator(`.ant-select-item-option[title="${value}"]`).click();
    await this.page.keyboard.press('Escape');
    await bar.locator('[data-test="filter-bar__apply-button"]').click();
  }

  /** Makes the window high enough for the whole dashboard, since the page scrolls in itself. */
  async enlarge(): Promise<void> {
    const grid = await this.page.locator('[data-test="grid-content"]').boundingBox();
    await this.page.setViewportSize({ width: 1440, height: Math.ceil((grid?.height ?? 0) + aboveGridPx) });
    await this.drawn('texts and colours');
    await this.page.evaluate('window.scrollTo(0, 0)');
  }

  /** A picture of the whole dashboard. */
  async picture(path: string): Promise<void> {
    await this.enlarge();
    await this.page.screenshot({ path, scale: 'css' });
  }

  /** Describes a page that did not become ready: its address, the unanswered requests and its text. */
  async #state(): Promise<string> {
    const unanswered = [...this.#unanswered].map((request) => `${request.method()} ${request.url()}`);
    const text = await this.page.locator('body').innerText();
    return `${this.page.url()} waits for ${unanswered.join(', ') || 'nothing'} and shows: ${text}`;
  }

  #noteHost(request: Request): void {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== this.#url) this.foreignHosts.add(origin);
  }

  close(): Promise<void> {
    return this.#end();
  }
}
