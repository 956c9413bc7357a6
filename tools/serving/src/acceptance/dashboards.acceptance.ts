import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { until } from '@antenna/test-kit';
import pg from 'pg';
import type { Bundle } from '../bundle/bundle.ts';
import { chartComponents } from '../bundle/dashboard-problems.ts';
import { defaultBundleFolder, readBundle } from '../bundle/read-bundle.ts';
import { SupersetClient } from '../superset/superset-client.ts';
import { DashboardBrowser, type ShownChart } from './dashboard-browser.ts';
import { serveFixture, servingFixture } from './serving-fixture.ts';
import { chartIds } from './superset-questions.ts';

const images = resolve(import.meta.dirname, '../../../../docs/images');
const fixture = servingFixture();
const slugs = ['capa-speed', 'capa-batch', 'capa-dias', 'usuario-hora'] as const;
type Slug = (typeof slugs)[number];

let bundle: Bundle;
let browser: DashboardBrowser;
let database: pg.Client;
beforeAll(async () => {
  bundle = await readBundle(defaultBundleFolder);
  database = new pg.Client(fixture.databaseUrl);
  await database.connect();
  browser = await DashboardBrowser.open(fixture.browser, fixture.supersetUrl);
  await browser.logIn(fixture.credentials);
});
afterAll(async () => {
  await browser.close();
  await database.end();
});

describe('the dashboards in a browser', () => {
  it.each(slugs)('draw every chart, with no complaint: %s', async (slug) => {
    const shown = await show(slug);
    expect(shown.filter(({ faults }) => faults.length > 0)).toEqual([]);
    // Axes and their labels alone are a few shades of grey.
    expect(named(shown, ({ colors, hasCanvas }) => hasCanvas && !colors.some(isColorful))).toEqual([]);
    expect(named(shown, ({ hasCanvas, text, name }) => !hasCanvas && text.trim() === name)).toEqual([]);
    expect(browser.complaints).toEqual([]);
    expect([...browser.foreignHosts]).toEqual([]);
    await browser.picture(resolve(images, `${slug}.png`));
    expect((await stat(resolve(images, `${slug}.png`))).size).toBeLessThan(300_000);
  });

  it('give an id one colour, on every chart of both', async () => {
    const facebook = bundle.dashboards[0]?.content.metadata.label_colors['FACEBOOK'];
    const both = [...(await show('capa-speed')), ...(await show('capa-batch'))];
    const ofApps = both.filter(({ name }) => name.endsWith('app'));
    expect(ofApps.map(({ name }) => name)).toEqual(['Bytes id app', 'Reparto por app', 'Bytes por hora, id app']);
    for (const { colors } of ofApps) expect(colors).toContain(facebook);
  });

  it('show UTC to a browser in another time zone', async () => {
    const { rows } = await database.query<{ newest: string }>(
      `SELECT to_char(max(greatest_event_time), 'DD/MM/YYYY HH24:MI:SS') AS newest FROM pipeline.position`,
    );
    expect(textOf(await show('capa-speed'), 'Datos hasta (UTC)')).toContain(rows[0]?.newest);
  });

  it('show one user when one is chosen, and leave alone what is not about users', async () => {
    await show('capa-speed');
    browser.asked.clear();
    await browser.filter('Móvil', 'charo');
    const shown = await shownOnce((charts) => !textOf(charts, 'Móviles con más bytes').includes('lucia'));
    expect(textOf(shown, 'Móviles con más bytes')).toContain('charo');
    expect(textOf(shown, 'Uso de la cuota, hora en curso')).toContain('charo');
    expect(textOf(shown, 'Uso de la cuota, hora en curso')).not.toContain('lucia');
    expect(named(shown, ({ faults }) => faults.length > 0)).toEqual([]);
    const client = await SupersetClient.login(new URL(fixture.supersetUrl), fixture.credentials);
    const ofUsers = ['Avisos de cuota', 'Bytes id móvil', 'Móviles con más bytes', 'Uso de la cuota, hora en curso'];
    expect([...browser.asked].toSorted()).toEqual((await chartIds(client, ofUsers)).toSorted());
  });

  it('show the time range that the import was given', async () => {
    await serveFixture(fixture, () => undefined, { timeRange: '2022-10-29T14:00:00 : 2022-10-29T15:00:00' });
    const shown = await show('capa-batch');
    const { rows } = await database.query<{ megabytes: string }>(
      `SELECT round(sum(value) / 1e6, 2) AS megabytes FROM public.bytes_hourly
       WHERE type = 'user_total_bytes' AND "timestamp" = '2022-10-29 14:00'`,
    );
    expect(textOf(shown, 'Bytes totales')).toContain(`${Number(rows[0]?.megabytes)}MB`);
    expect(textOf(shown, 'Calculado hasta (UTC)')).toContain('29/10/2022 17:00:00');
    await serveFixture(fixture, () => undefined);
  });
});

function show(slug: Slug): Promise<readonly ShownChart[]> {
  const dashboard = bundle.dashboards.find(({ content }) => content.slug === slug);
  if (dashboard === undefined) throw new Error(`the bundle has no ${slug}`);
  return browser.show(slug, chartComponents(dashboard.content).length);
}

function shownOnce(condition: (shown: readonly ShownChart[]) => boolean): Promise<readonly ShownChart[]> {
  return until(
    async () => {
      const shown = await browser.drawn();
      return condition(shown) && shown;
    },
    { what: 'change of the charts', deadlineMs: 300_000 },
  );
}

function named(shown: readonly ShownChart[], condition: (chart: ShownChart) => boolean): readonly string[] {
  return shown.filter(condition).map(({ name }) => name);
}

function textOf(shown: readonly ShownChart[], name: string): string {
  return shown.find((chart) => chart.name === name)?.text ?? '';
}

/** Neither white, black nor grey. */
function isColorful(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return Math.max(red, green, blue) - Math.min(red, green, blue) > 60;
}
