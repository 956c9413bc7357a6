import { chmod } from 'node:fs/promises';
import { freePortNumbers, type LocalServer, startPgbouncer } from '@antenna/local-stack';
import { type TemporaryFolder, temporaryFolder, testDatabase, type TestDatabase } from '@antenna/test-kit';
import pg from 'pg';
import { defaultBundleFolder, readBundle } from '../bundle/read-bundle.ts';
import { adviceOn } from './readable-data.ts';
import { poolerStatements } from './testing/pooler-statements.ts';

let test: TestDatabase;
let folder: TemporaryFolder;
let owner: pg.Client;
/** A login of the dashboards for this test alone: roles belong to the whole server. */
let login: string;
let pooler: LocalServer | undefined;

beforeEach(async () => {
  [test, folder] = await Promise.all([testDatabase(), temporaryFolder()]);
  // pgbouncer refuses to run as root, so it may run as another user who needs these files.
  await chmod(folder.path, 0o755);
  owner = new pg.Client({ connectionString: test.url });
  await owner.connect();
  login = `${new URL(test.url).pathname.slice(1)}_dashboards`;
  await owner.query(`CREATE ROLE "${login}" LOGIN PASSWORD 'secret' IN ROLE antenna_reader`);
});

afterEach(async () => {
  await pooler?.stop('graceful');
  await owner.query(`DROP ROLE "${login}"`);
  await owner.end();
  await folder.close();
  await test.close();
});

/** Connects through a real pgbouncer in transaction mode, with the options of the bundle's database. */
async function asSuperset(ignoredStartupParameters: string): Promise<pg.Client> {
  const [port = 0] = await freePortNumbers(1);
  const server = Object.assign(new URL(test.url), { username: login, password: 'secret' });
  const place = { home: folder.path, port, serverUrl: server.href, report: () => undefined };
  pooler = await startPgbouncer({ ...place, poolMode: 'transaction', ignoredStartupParameters });
  const [database] = (await readBundle(defaultBundleFolder)).databases;
  const sent = database?.content.extra.engine_params.connect_args['options'];
  const client = new pg.Client({ connectionString: pooler.address, options: String(sent) });
  await client.connect();
  return client;
}

describe('a pgbouncer in transaction mode before the database of the dashboards', () => {
  it('refuses the options that Superset sends, and the advice names the setting of pgbouncer', async () => {
    const failure: unknown = await asSuperset('').catch((error: unknown) => error);
    expect(String(failure)).toContain('unsupported startup parameter');
    expect(adviceOn(String(failure))).toContain('ignore_startup_parameters = options');
  });

  it('serves Superset with the same settings when it ignores the options, and the login has those of docs/postgres.md', async () => {
    for (const statement of await poolerStatements())
      await owner.query(statement.replace('antenna_dashboards', `"${login}"`));
    const client = await asSuperset('options');
    const { rows } = await client.query<{ settings: string }>(
      `SELECT concat_ws(' ', current_setting('statement_timeout'), current_setting('TimeZone'),
         current_setting('default_transaction_read_only')) AS settings`,
    );
    await client.end();
    expect(rows).toEqual([{ settings: '30s UTC on' }]);
  });
});
