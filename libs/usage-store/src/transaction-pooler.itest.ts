import { chmod } from 'node:fs/promises';
import { freePortNumbers, type LocalServer, type PgbouncerOptions, startPgbouncer } from '@antenna/local-stack';
import { emptyDatabase, type TemporaryFolder, temporaryFolder, type TestDatabase, until } from '@antenna/test-kit';
import type { Knex } from 'knex';
import pg from 'pg';
import { connectWithRetry } from './connect-with-retry.ts';
import { migrate } from './migrate.ts';
import { checkSchema } from './schema-version.ts';

let test: TestDatabase;
let folder: TemporaryFolder;
let pooler: LocalServer | undefined;

beforeEach(async () => {
  [test, folder] = await Promise.all([emptyDatabase(), temporaryFolder()]);
  // pgbouncer refuses to run as root, so it may run as another user who needs these files.
  await chmod(folder.path, 0o755);
});

afterEach(async () => {
  await pooler?.stop('graceful');
  await folder.close();
  await test.close();
});

/** Starts a real pgbouncer. @returns the URL of the test's database through it. */
async function throughPooler(options: Pick<PgbouncerOptions, 'poolMode' | 'poolSize'>): Promise<string> {
  const [port = 0] = await freePortNumbers(1);
  pooler = await startPgbouncer({ home: folder.path, port, serverUrl: test.url, report: () => undefined, ...options });
  return pooler.address;
}

async function rowsOf(database: Knex, query: string): Promise<readonly unknown[]> {
  const { rows } = await database.raw<{ rows: unknown[] }>(query);
  return rows;
}

/** Queries as another program, on connections that change no setting. */
async function asAnotherProgram(url: string, query: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<object>(query);
    return rows;
  } finally {
    await client.end();
  }
}

const SETTINGS = `SELECT name, setting FROM pg_settings
  WHERE name IN ('statement_timeout', 'lock_timeout', 'TimeZone', 'idle_in_transaction_session_timeout') ORDER BY name`;

const OUR_LOCKS = `SELECT FROM pg_locks WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

describe('a pgbouncer in transaction mode', () => {
  const refusal = { code: 'TRANSACTION_POOLER', exitCode: 1 };

  it('is refused, and its sessions keep no setting and no lock of the programs', async () => {
    const url = await throughPooler({ poolMode: 'transaction' });
    const before = await asAnotherProgram(url, SETTINGS);
    await expect(connectWithRetry({ url }, { applicationName: 'test' })).rejects.toMatchObject(refusal);
    expect(await asAnotherProgram(url, SETTINGS)).toEqual(before);
    expect(await asAnotherProgram(test.url, OUR_LOCKS)).toEqual([]);
  });

  it('is refused when it has only one session', async () => {
    const url = await throughPooler({ poolMode: 'transaction', poolSize: 1 });
    await expect(connectWithRetry({ url }, { applicationName: 'test' })).rejects.toMatchObject(refusal);
  });

  it.each([
    { poolSize: 2, programs: 2 },
    { poolSize: 3, programs: 3 },
    { poolSize: 3, programs: 4 },
  ])(
    'is refused each time while $programs programs keep its $poolSize sessions busy',
    async ({ poolSize, programs }) => {
      const url = await throughPooler({ poolMode: 'transaction', poolSize });
      let isOver = false;
      const others = Array.from({ length: programs }, async () => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        while (!isOver) await client.query('SELECT pg_sleep(0.002)');
        await client.end();
      });
      try {
        for (let start = 0; start < 20; start += 1) {
          await expect(connectWithRetry({ url }, { applicationName: 'test' })).rejects.toMatchObject(refusal);
        }
      } finally {
        isOver = true;
        await Promise.all(others);
      }
    },
  );
});

describe('a pgbouncer in session mode', () => {
  it('serves the provisioner and the programs, and passes none of their settings and locks to other clients', async () => {
    const url = await throughPooler({ poolMode: 'session' });
    const before = await asAnotherProgram(url, SETTINGS);
    await migrate({ url });
    const database = await connectWithRetry({ url }, { applicationName: 'test' });
    await checkSchema(database);
    expect(await rowsOf(database, 'SHOW statement_timeout')).toEqual([{ statement_timeout: '1min' }]);
    await database.destroy();
    await until(async () => (await asAnotherProgram(test.url, OUR_LOCKS)).length === 0, {
      what: 'release of the lock',
    });
    expect(await asAnotherProgram(url, SETTINGS)).toEqual(before);
  });

  it('is accepted with only one session', async () => {
    const url = await throughPooler({ poolMode: 'session', poolSize: 1 });
    const database = await connectWithRetry({ url }, { applicationName: 'test', poolMax: 1 });
    expect(await rowsOf(database, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await database.destroy();
  });
});
