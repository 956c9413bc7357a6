import { resolve } from 'node:path';
import { cardOf, pictureOf } from './dashboard-cards.ts';
import { DashboardViewer, imagesFolder, textOf } from './dashboard-viewer.ts';
import { backgroundOfText } from './page-scripts.ts';

const green = 'rgb(90, 193, 137)';
const red = 'rgb(224, 67, 85)';
const aroundANumber = [
  'Correcciones de horas finales',
  'Certificados',
  'Sin explicar',
  'Diferencia speed − batch, explicada',
];

let viewer: DashboardViewer;
beforeAll(async () => {
  viewer = await DashboardViewer.open();
});
afterAll(() => viewer.close());

describe('the dashboards in a browser, beside the totals,', () => {
  it('show who was warned and who exceeded the quota, with the delay', async () => {
    const shown = textOf(await viewer.seen('capa-speed'), 'Avisos de cuota');
    const { rows } = await viewer.database.query<{ label: string; state: string; delay: string }>(
      `SELECT label, CASE state WHEN 'warned' THEN 'aviso (80 %)' ELSE 'superada' END AS state, delay_seconds AS delay
       FROM pipeline.quota_alert`,
    );
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['aviso (80 %)', 'superada']));
    for (const { label, state, delay } of rows) {
      const row = `${label}\\s+${state.replace(/[()]/g, '.')}[^\\n]*\\s${Number(delay).toFixed(1)}\\b`;
      expect(shown).toMatch(new RegExp(row));
    }
  });

  it('show an unexplained difference of 0 in green', async () => {
    expect(textOf(await viewer.turnTo('capa-batch'), 'Sin explicar')).toMatch(/\b0B/);
    expect(await viewer.browser.page.evaluate(backgroundOfText('Sin explicar', '0B'))).toBe(green);
    await viewer.browser.enlarge();
    await pictureOf(viewer.browser.page, aroundANumber, resolve(imagesFolder, 'around-a-number.png'));
  });

  it('show each correction of a final hour with its cause, and each certificate', async () => {
    const shown = await viewer.seen('capa-batch');
    expect(textOf(shown, 'Correcciones de horas finales')).toMatch(/2022-10-29 14:00\s+late_events[^\n]*\s500B/);
    const hashes = await viewer.database.query<{ hash: string }>(
      'SELECT left(hash, 12) AS hash FROM pipeline.certificate',
    );
    expect(hashes.rows).toHaveLength(4);
    for (const { hash } of hashes.rows) expect(textOf(shown, 'Certificados')).toContain(hash);
  });

  it('show one user in one hour, by the link beside each user who was over the quota', async () => {
    await viewer.turnTo('capa-batch');
    const first = cardOf(viewer.browser.page, 'Usuarios sobre su cuota, detalle').locator('tbody tr').first();
    const [hour = '', label = ''] = await first.locator('td').allInnerTexts();
    const shown = await viewer.follow(first.getByText('ver', { exact: true }), 'usuario-hora');
    const bytes = await viewer.valueOf(
      `SELECT b.value FROM public.bytes_hourly AS b JOIN pipeline.user_label AS u USING (id)
       WHERE u.label = '${label}' AND b."timestamp" = '${hour}'`,
    );
    expect(textOf(shown, 'Speed y batch del usuario')).toContain(memoryText(Number(bytes)));
    expect(textOf(shown, 'Avisos de cuota del usuario')).toContain(label);
    for (const other of await otherLabels(label)) {
      expect(textOf(shown, 'Speed y batch del usuario')).not.toMatch(new RegExp(`\\b${other}\\b`));
      expect(textOf(shown, 'Avisos de cuota del usuario')).not.toMatch(new RegExp(`\\b${other}\\b`));
    }
    await viewer.browser.picture(resolve(imagesFolder, 'usuario-hora.png'));
  });

  it('show an unexplained difference in red, with its hour and type', async () => {
    const changed = `WHERE "timestamp" = '2022-10-29 13:00' AND type = 'app_total_bytes' AND id = 'SKYPE'`;
    await viewer.database.query(`UPDATE public.bytes_hourly SET value = value + 7 ${changed}`);
    try {
      const wrong = await viewer.show('capa-batch');
      expect(textOf(wrong, 'Sin explicar')).toMatch(/\b7B/);
      expect(await viewer.browser.page.evaluate(backgroundOfText('Sin explicar', '7B'))).toBe(red);
      expect(textOf(wrong, 'Diferencia speed − batch, explicada')).toMatch(/2022-10-29 13:00\s+id app[^\n]*-7B/);
    } finally {
      await viewer.database.query(`UPDATE public.bytes_hourly SET value = value - 7 ${changed}`);
    }
  });

  it('show the use of a chosen month, and that of the newest days when no month is chosen', async () => {
    await viewer.database.query(`
      INSERT INTO pipeline.computed_hour (hour, is_final) VALUES ('2022-08-15 10:00', true);
      INSERT INTO public.bytes_hourly ("timestamp", type, id, value) VALUES ('2022-08-15 10:00', 'app_total_bytes', 'GOPHER', 42)`);
    try {
      const newest = await viewer.show('capa-dias');
      expect(textOf(newest, 'Bytes del periodo, id app')).toContain('FACEBOOK');
      expect(textOf(newest, 'Bytes del periodo, id app')).not.toContain('GOPHER');
      await viewer.filter('Mes', '2022-08');
      const chosen = await viewer.shownOnce((shown) => textOf(shown, 'Bytes del periodo, id app').includes('GOPHER'));
      expect(textOf(chosen, 'Bytes del periodo, id app')).not.toContain('FACEBOOK');
      expect(textOf(chosen, 'Bytes del periodo, id app')).toContain('42B');
    } finally {
      await viewer.database.query(`
        DELETE FROM pipeline.computed_hour WHERE hour = '2022-08-15 10:00';
        DELETE FROM public.bytes_hourly WHERE "timestamp" = '2022-08-15 10:00'`);
    }
  });
});

/** A number of bytes as Superset writes it. */
function memoryText(bytes: number): string {
  if (bytes < 1e3) return `${bytes}B`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${Number(size.toFixed(2))}${unit}`;
}

async function otherLabels(label: string): Promise<readonly string[]> {
  const { rows } = await viewer.database.query<{ label: string }>(
    'SELECT label FROM pipeline.user_label WHERE label <> $1',
    [label],
  );
  return rows.map((row) => row.label);
}
