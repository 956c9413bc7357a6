import pg from 'pg';
import * as z from 'zod';
import type { Bundle } from '../bundle/bundle.ts';
import { defaultBundleFolder, readBundle } from '../bundle/read-bundle.ts';
import { keptSecrets } from '../local/secrets.ts';
import { dashboardDatabase } from '../superset/dashboard-database.ts';
import { importBundle, type ImportRequest } from '../superset/import-bundle.ts';
import { SupersetClient } from '../superset/superset-client.ts';
import { chartData, type DataRow, normalizedRows } from './chart-data.ts';
import { expectedData } from './expected-data.sql.ts';
import { serveFixture, servingFixture } from './serving-fixture.ts';
import { idsIn, somebodysChart, somebodyWhoLooks, withExtraChart } from './superset-questions.ts';

const fixture = servingFixture();
const url = new URL(fixture.supersetUrl);
const byTheClock = 'charts/speed/counted_ago.yaml';
const kinds = ['databases', 'datasets', 'charts', 'dashboards'] as const;

let bundle: Bundle;
let client: SupersetClient;
/** By the clock of `performance.now`. */
let loggedInAt = 0;
let request: ImportRequest;
beforeAll(async () => {
  bundle = await readBundle(defaultBundleFolder);
  await logIn();
  const { readerPassword } = await keptSecrets(fixture.secretsFile);
  const reader = new URL(fixture.databaseUrl);
  reader.username = 'antenna_dashboards';
  const database = dashboardDatabase(reader, readerPassword);
  request = { url, credentials: fixture.credentials, choices: { database, timeRange: 'No filter' } };
});

async function logIn(): Promise<void> {
  client = await SupersetClient.login(url, fixture.credentials);
  loggedInAt = performance.now();
}

describe('what serving:up has put into Superset', () => {
  it('is the bundle, and nothing else', async () => {
    const wanted = kinds.map((kind) => bundle[kind].map(({ content }) => content.uuid).toSorted());
    const found = await idsIn(client);
    expect(Object.values(found).map((ids) => Object.keys(ids).toSorted())).toEqual(wanted);
  });

  it('has the same ids when it is brought up again', async () => {
    const before = await idsIn(client);
    await serveFixture(fixture, () => undefined);
    expect(await idsIn(client)).toEqual(before);
  });

  it('imports changed assets, removes those that left the bundle, and keeps those that users made', async () => {
    const before = await idsIn(client);
    const theirs = await somebodysChart(client);
    await importBundle(withExtraChart(bundle, 'Otro nombre'), request);
    const changed = await client.list('dashboard', z.object({ dashboard_title: z.string() }));
    expect(changed.map((it) => it.dashboard_title)).toContain('Otro nombre');
    expect(Object.keys((await idsIn(client)).chart)).toHaveLength(bundle.charts.length + 2);

    const { removed } = await importBundle(bundle, request);
    expect(removed).toEqual(['De más']);
    const { chart, ...others } = await idsIn(client);
    expect(others).toEqual({ database: before.database, dataset: before.dataset, dashboard: before.dashboard });
    expect(Object.values(chart).toSorted()).toEqual([...Object.values(before.chart), theirs].toSorted());
    await client.call({ method: 'DELETE', path: `/api/v1/chart/${theirs}` });
  });
});

describe('an import that cannot be done', () => {
  afterAll(() => importBundle(bundle, request));

  it('says so for a wrong password', async () => {
    const credentials = { username: 'admin', password: 'wrong' };
    const refused = importBundle(bundle, { ...request, credentials });
    await expect(refused).rejects.toThrow(/does not let admin in.*SUPERSET_PASSWORD_FILE/);
  });

  it('says so for a user who may only look', async () => {
    const credentials = await somebodyWhoLooks(client);
    const refused = importBundle(bundle, { ...request, credentials });
    await expect(refused).rejects.toThrow(/viewer may not do POST .*import as a user with the role Admin/);
  });

  it('says so for a range of time that ends before it begins', async () => {
    const choices = { ...request.choices, timeRange: '2022-10-29T15:00:00 : 2022-10-29T14:00:00' };
    await expect(importBundle(bundle, { ...request, choices })).rejects.toThrow(
      /no range of time of «2022-10-29T15.*import again with --time-range/,
    );
  });

  it('says so for a database that Superset does not reach', async () => {
    const nowhere = new URL('postgresql://antenna_dashboards@127.0.0.1:1/postgres');
    const choices = { ...request.choices, database: dashboardDatabase(nowhere, 'x') };
    await expect(importBundle(bundle, { ...request, choices })).rejects.toThrow(
      /Superset cannot read .*refused.*check SERVING_DATABASE_URL/,
    );
  });
});

describe('the data of each chart, through the API', () => {
  let database: pg.Client;
  let datasets: Readonly<Record<string, number>>;
  beforeAll(async () => {
    database = new pg.Client(fixture.databaseUrl);
    await database.connect();
    datasets = (await idsIn(client)).dataset;
  });
  beforeEach(async () => {
    // Superset's tokens are good for 15 minutes, and it lets somebody log in 20 times a minute.
    if (performance.now() - loggedInAt > 5 * 60_000) await logIn();
  });
  afterAll(() => database.end());

  async function dataOf(path: string, timeRange?: string): Promise<readonly DataRow[]> {
    const asset = bundle.charts.find((chart) => chart.path === path);
    if (asset === undefined) throw new Error(`the bundle has no ${path}`);
    return chartData(client, datasets[asset.content.dataset_uuid] ?? 0, asset.content, timeRange);
  }

  it.each(Object.entries(expectedData))('is what SQL computes: %s', async (path, statement) => {
    const { rows } = await database.query<DataRow>(statement);
    expect(normalizedRows(await dataOf(path))).toEqual(normalizedRows(rows));
  });

  it.each([
    ['windows of five minutes in a range of hours', '2022-10-29T12:00:00 : 2022-10-29T18:00:00', 5, 56],
    ['hours in a range of days', '2022-10-27T00:00:00 : 2022-10-31T00:00:00', 60, 5],
    ['days in a range of months', '2022-09-01T00:00:00 : 2022-11-02T00:00:00', 1_440, 1],
  ])('has all bytes, in %s', async (_, timeRange, minutes, points) => {
    const rows = await dataOf('charts/speed/bytes_app.yaml', timeRange);
    const times = [...new Set(rows.map((row) => Number(row['timestamp'])))];
    expect(times.filter((time) => time % (minutes * 60_000) !== 0)).toEqual([]);
    expect(times).toHaveLength(points);
    const all = await dataOf('charts/speed/bytes_app.yaml');
    expect(bytesOf(rows)).toBe(bytesOf(all));
  });

  it('is that of the chosen range alone, by its bounds', async () => {
    const range = '2022-10-29T14:05:00 : 2022-10-29T14:15:00';
    const rows = await dataOf('charts/speed/bytes_app.yaml', range);
    const { rows: expected } = await database.query<{ bytes: string }>(
      `SELECT sum(value) AS bytes FROM public.bytes WHERE type = 'app_total_bytes'
       AND "timestamp" >= '2022-10-29 14:05' AND "timestamp" < '2022-10-29 14:15'`,
    );
    expect(bytesOf(rows)).toBe(Number(expected[0]?.bytes));
  });

  function bytesOf(rows: readonly DataRow[]): number {
    return rows.reduce((sum, row) => sum + Number(row['bytes']), 0);
  }

  it('shows the age of the newest counted record', async () => {
    const age = async (): Promise<number> => {
      const { rows } = await database.query<{ ms: string }>(
        `SELECT extract(epoch FROM now() - min(noted_at)) * 1000 AS ms FROM pipeline.partition_end`,
      );
      return Number(rows[0]?.ms);
    };
    const before = await age();
    const [row] = await dataOf(byTheClock);
    expect(Number(row?.['counted_ago'])).toBeGreaterThanOrEqual(before);
    expect(Number(row?.['counted_ago'])).toBeLessThanOrEqual(await age());
  });

  it('is looked at for every chart of the bundle', () => {
    expect([...Object.keys(expectedData), byTheClock].toSorted()).toEqual(bundle.charts.map(({ path }) => path));
  });
});
