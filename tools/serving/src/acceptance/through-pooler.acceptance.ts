import { chmod } from 'node:fs/promises';
import { freePortNumbers, type LocalServer, startPgbouncer } from '@antenna/local-stack';
import { type TemporaryFolder, temporaryFolder } from '@antenna/test-kit';
import pg from 'pg';
import * as z from 'zod';
import type { Bundle } from '../bundle/bundle.ts';
import { defaultBundleFolder, readBundle } from '../bundle/read-bundle.ts';
import { keptSecrets } from '../local/secrets.ts';
import { dashboardDatabase, type DashboardDatabase } from '../superset/dashboard-database.ts';
import { importBundle, type ImportResult } from '../superset/import-bundle.ts';
import { SupersetClient } from '../superset/superset-client.ts';
import { poolerStatements } from '../superset/testing/pooler-statements.ts';
import { serveFixture, servingFixture } from './serving-fixture.ts';
import { idsIn } from './superset-questions.ts';

const fixture = servingFixture();
const url = new URL(fixture.supersetUrl);

let bundle: Bundle;
let administrator: pg.Client;
let folder: TemporaryFolder;
let pooler: LocalServer | undefined;
beforeEach(async () => {
  bundle = await readBundle(defaultBundleFolder);
  administrator = new pg.Client(fixture.databaseUrl);
  await administrator.connect();
  folder = await temporaryFolder();
  // pgbouncer refuses to run as root, so it may run as another user who needs these files.
  await chmod(folder.path, 0o755);
});
afterEach(async () => {
  await administrator.query('ALTER ROLE antenna_dashboards RESET ALL');
  await administrator.end();
  await pooler?.stop('graceful');
  await folder.close();
});
afterAll(() => serveFixture(fixture, () => undefined));

describe('a Superset whose database is behind a pgbouncer in transaction mode', () => {
  it('is refused its settings, and the import says what to set', async () => {
    await expect(importedThroughPooler('')).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringMatching(/unsupported startup parameter.*ignore_startup_parameters = options/) as string,
    });
  });

  it('reads every dataset with the same settings, once these are as docs/postgres.md says', async () => {
    for (const statement of await poolerStatements()) await administrator.query(statement);
    expect(await importedThroughPooler('options')).toMatchObject({ charts: bundle.charts.length });
    expect(await settingsOfSession()).toBe('30s UTC on');
  });
});

async function importedThroughPooler(ignoredStartupParameters: string): Promise<ImportResult> {
  const { readerPassword } = await keptSecrets(fixture.secretsFile);
  const serverUrl = new URL(fixture.databaseUrl);
  Object.assign(serverUrl, { username: 'antenna_dashboards', password: encodeURIComponent(readerPassword) });
  const [port = 0] = await freePortNumbers(1);
  const place = { home: folder.path, port, serverUrl: serverUrl.href, report: () => undefined };
  pooler = await startPgbouncer({ ...place, poolMode: 'transaction', ignoredStartupParameters });
  const database: DashboardDatabase = dashboardDatabase(new URL(pooler.address), readerPassword);
  return importBundle(bundle, { url, credentials: fixture.credentials, choices: { database, timeRange: 'No filter' } });
}

const answerShape = z.object({
  result: z.tuple([z.object({ data: z.tuple([z.object({ settings: z.string() })]) })]),
});

/** The settings of the session that Superset reads a dataset in. */
async function settingsOfSession(): Promise<string> {
  const client = await SupersetClient.login(url, fixture.credentials);
  const dataset = bundle.datasets.find(({ content }) => content.table_name === 'data_as_of');
  const id = (await idsIn(client)).dataset[dataset?.content.uuid ?? ''];
  const settings = ['statement_timeout', 'TimeZone', 'default_transaction_read_only'];
  const sqlExpression = `min(concat_ws(' ', ${settings.map((name) => `current_setting('${name}')`).join(', ')}))`;
  const metrics = [{ expressionType: 'SQL', sqlExpression, label: 'settings' }];
  const json = { datasource: { id, type: 'table' }, force: true, queries: [{ columns: [], metrics, filters: [] }] };
  const answer = await client.call({ method: 'POST', path: '/api/v1/chart/data', json });
  return answerShape.parse(answer).result[0].data[0].settings;
}
