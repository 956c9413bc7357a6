import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SupersetClient } from '../superset/superset-client.ts';
import { cardOf, limitWarning } from './dashboard-cards.ts';
import { DashboardViewer, imagesFolder, namesOf, slugs, textOf } from './dashboard-viewer.ts';
import { serveFixture, servingFixture } from './serving-fixture.ts';
import { chartIds, withRowLimit } from './superset-questions.ts';

const fixture = servingFixture();

let viewer: DashboardViewer;
beforeAll(async () => {
  viewer = await DashboardViewer.open();
});
afterAll(() => viewer.close());

describe('the dashboards in a browser', () => {
  it.each(slugs)('draw every chart, with no complaint: %s', async (slug) => {
    const shown = await viewer.turnTo(slug);
    expect(shown.filter(({ faults }) => faults.length > 0)).toEqual([]);
    // Axes and their labels alone are a few shades of grey.
    expect(namesOf(shown, ({ colors, hasCanvas }) => hasCanvas && !colors.some(isColorful))).toEqual([]);
    expect(namesOf(shown, ({ hasCanvas, text, name }) => !hasCanvas && text.trim() === name)).toEqual([]);
    expect(namesOf(shown, ({ text }) => text.includes('Invalid format'))).toEqual([]);
    expect(viewer.browser.complaints).toEqual([]);
    expect([...viewer.browser.foreignHosts]).toEqual([]);
    // The picture of one user in one hour shows the user who is chosen in around-a-number.acceptance.ts.
    if (slug === 'usuario-hora') return;
    await viewer.browser.picture(resolve(imagesFolder, `${slug}.png`));
    expect((await stat(resolve(imagesFolder, `${slug}.png`))).size).toBeLessThan(400_000);
  });

  it('give an id one colour, on every chart of both', async () => {
    const facebook = viewer.bundle.dashboards[0]?.content.metadata.label_colors['FACEBOOK'];
    const both = [...(await viewer.seen('capa-speed')), ...(await viewer.seen('capa-batch'))];
    const ofApps = both.filter(({ name }) => name.endsWith('app'));
    expect(ofApps.map(({ name }) => name)).toEqual(['Bytes id app', 'Reparto por app', 'Bytes por hora, id app']);
    for (const { colors } of ofApps) expect(colors).toContain(facebook);
  });

  it('show UTC to a browser in another time zone', async () => {
    const newest = await viewer.valueOf(
      `SELECT to_char(max(greatest_event_time), 'DD/MM/YYYY HH24:MI:SS') FROM pipeline.position`,
    );
    expect(textOf(await viewer.seen('capa-speed'), 'Datos hasta (UTC)')).toContain(newest);
  });

  it('show one user when one is chosen, and leave alone what is not about users', async () => {
    await viewer.turnTo('capa-speed');
    await viewer.filter('Móvil', 'charo');
    const shown = await viewer.shownOnce((charts) => !textOf(charts, 'Móviles con más bytes').includes('lucia'));
    expect(textOf(shown, 'Móviles con más bytes')).toContain('charo');
    expect(textOf(shown, 'Uso de la cuota, hora en curso')).toContain('charo');
    expect(textOf(shown, 'Uso de la cuota, hora en curso')).not.toContain('lucia');
    expect(namesOf(shown, ({ faults }) => faults.length > 0)).toEqual([]);
    const client = await SupersetClient.login(new URL(fixture.supersetUrl), fixture.credentials);
    const ofUsers = ['Avisos de cuota', 'Bytes id móvil', 'Móviles con más bytes', 'Uso de la cuota, hora en curso'];
    // The page refreshes all charts each minute, and sends the colours of all users with each query: only a filter counts.
    const askedForUser = viewer.browser.asked.filter(({ question }) => question.includes('"val":["charo"]'));
    const charts = [...new Set(askedForUser.map(({ chart }) => chart))];
    expect(charts.toSorted()).toEqual((await chartIds(client, ofUsers)).toSorted());
  });
});

describe('the dashboards in a browser, imported with another time range and a shorter table,', () => {
  beforeAll(async () => {
    const timeRange = '2022-10-29T14:00:00 : 2022-10-29T15:00:00';
    const shortened = withRowLimit(viewer.bundle, 'Móviles con más bytes', 5);
    await serveFixture(fixture, () => undefined, { timeRange }, shortened);
  });
  afterAll(() => serveFixture(fixture, () => undefined));

  it('show the time range that the import was given', async () => {
    const shown = await viewer.show('capa-batch');
    const megabytes = await viewer.valueOf(
      `SELECT round(sum(value) / 1e6, 2) FROM public.bytes_hourly
       WHERE type = 'user_total_bytes' AND "timestamp" = '2022-10-29 14:00'`,
    );
    expect(textOf(shown, 'Bytes totales')).toContain(`${Number(megabytes)}MB`);
    expect(textOf(shown, 'Calculado hasta (UTC)')).toContain('29/10/2022 17:00:00');
  });

  it('mark a table that shows only some of its rows, and say so', async () => {
    await viewer.show('capa-speed');
    const warningOf = (name: string) => limitWarning(cardOf(viewer.browser.page, name));
    expect(await warningOf('Móviles con más bytes')).toContain('Se alcanzó el límite de filas');
    expect(await warningOf('Bytes id móvil')).toBeUndefined();
  });
});

/** Neither white, black nor grey. */
function isColorful(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return Math.max(red, green, blue) - Math.min(red, green, blue) > 60;
}
