import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { testDatabase, type TestDatabase, until } from '@antenna/test-kit';
import { execa } from 'execa';
import type { Knex } from 'knex';
import { openDatabase, type DatabaseOptions } from './database.ts';

const opened: { readonly close: () => Promise<unknown> }[] = [];
let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
});

afterEach(async () => {
  for (const { close } of opened.splice(0).reverse()) await close();
});

afterAll(() => test.close());

function open(options: Partial<DatabaseOptions> = {}, url = test.url): Knex {
  const database = openDatabase({ url }, { applicationName: 'test', ...options });
  opened.push({ close: () => database.destroy() });
  return database;
}

function nameOf({ url }: TestDatabase): string {
  return new URL(url).pathname.slice(1);
}

async function first(database: Knex, query: string, parameters: Knex.RawBinding[] = []): Promise<unknown> {
  const { rows } = await database.raw<{ rows: unknown[] }>(query, parameters);
  return rows[0];
}

/** A proxy of the database that on demand swallows all data and leaves the connections open. */
async function aNetwork(): Promise<{ url: string; swallow: (isSwallowing: boolean) => void }> {
  const target = new URL(test.url);
  const sockets: Socket[] = [];
  let isSwallowing = false;
  const server: Server = createServer((near) => {
    const far = connect(Number(target.port === '' ? 5432 : target.port), target.hostname);
    sockets.push(near, far);
    near.on('data', (chunk) => isSwallowing || far.write(chunk));
    far.on('data', (chunk) => isSwallowing || near.write(chunk));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const url = new URL(test.url);
  url.hostname = '127.0.0.1';
  url.port = typeof address === 'object' ? String(address?.port) : '';
  opened.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  });
  return { url: url.href, swallow: (next) => (isSwallowing = next) };
}

describe('values from Postgres', () => {
  it('arrive without loss of precision: TIMESTAMP and BIGINT as text', async () => {
    const row = await first(
      open(),
      `SELECT timestamp '2022-10-29 13:05:00.000001' AS t, date '2022-10-29' AS d, 9007199254740993 AS n`,
    );
    expect(row).toEqual({ t: '2022-10-29 13:05:00.000001', d: '2022-10-29', n: '9007199254740993' });
  });

  it('are in UTC in any time zone of the machine', async () => {
    // The time zone of a process is fixed at its start.
    const script = `
      const { openDatabase } = await import('${new URL('./database.ts', import.meta.url).href}');
      const database = openDatabase({ url: process.env.DATABASE }, { applicationName: 'test' });
      const given = [new Date(0), new Date(0)];
      const { rows } = await database.raw("SELECT ?::timestamp AS t, ?::timestamptz::text AS z, current_setting('TimeZone') AS zone", given);
      console.log(JSON.stringify(rows[0]));
      await database.destroy();`;
    const env = { TZ: 'Asia/Tokyo', DATABASE: test.url };
    const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', script], { env });
    expect(JSON.parse(stdout)).toEqual({ t: '1970-01-01 00:00:00', z: '1970-01-01 00:00:00+00', zone: 'UTC' });
  });
});

describe('transactions of a pool', () => {
  it('are READ COMMITTED under any default of the database', async () => {
    const isolated = await testDatabase();
    opened.push(isolated);
    await first(
      open({}, isolated.url),
      `ALTER DATABASE "${nameOf(isolated)}" SET default_transaction_isolation = 'serializable'`,
    );
    const row = await first(open({}, isolated.url), `SELECT current_setting('transaction_isolation') AS level`);
    expect(row).toEqual({ level: 'read committed' });
  });
});

describe('a server that has become read-only', () => {
  it('gets no more queries on a connection after it has refused one: the next query opens a new connection', async () => {
    const closing = await testDatabase();
    opened.push(closing);
    const administrator = open({}, closing.url);
    const setting = (value: string) =>
      first(administrator, `ALTER DATABASE "${nameOf(closing)}" SET default_transaction_read_only = ${value}`);
    await setting('on');
    const database = open({ poolMax: 2 }, closing.url);
    const session = async () =>
      (await first(database, 'SELECT pg_backend_pid() AS pid, pg_sleep(0.2)')) as { pid: number };
    const [one, other] = await Promise.all([session(), session()]);
    await first(administrator, 'SET default_transaction_read_only = off');
    await setting('off');
    await expect(first(database, 'CREATE TABLE refused ()')).rejects.toMatchObject({ code: '25006' });
    await first(database, 'CREATE TABLE taken ()');
    const [third, fourth] = await Promise.all([session(), session()]);
    expect([one.pid, other.pid]).not.toContain(third.pid);
    expect([one.pid, other.pid]).not.toContain(fourth.pid);
  });
});

describe('an error of a query', () => {
  it('contains neither the statement nor its parameters', async () => {
    // The escaped question mark is an operator; otherwise knex would put a parameter in its place.
    const failing = first(open(), String.raw`SELECT 1 / (length(?) - 7), '{}'::jsonb \? 'a'`, ['private']);
    await expect(failing).rejects.toMatchObject({ code: '22012', message: 'division by zero' });
  });
});

describe('a query that does not end', () => {
  it('is cancelled by the server when its client is gone', async () => {
    const script = `
      const { openDatabase } = await import('${new URL('./database.ts', import.meta.url).href}');
      const database = openDatabase({ url: process.env.DATABASE }, { applicationName: 'killed' });
      await database.raw('SELECT pg_sleep(60)');`;
    const killed = execa(process.execPath, ['--input-type=module', '--eval', script], {
      env: { DATABASE: test.url },
      reject: false,
    });
    const database = open();
    const isAtWork = async () => {
      const row = await first(
        database,
        `SELECT FROM pg_stat_activity WHERE application_name = 'killed' AND wait_event = 'PgSleep'`,
      );
      return row !== undefined;
    };
    await until(isAtWork, { what: 'query of the client' });
    killed.kill('SIGKILL');
    await killed;
    await until(async () => !(await isAtWork()), { what: 'end of the query', deadlineMs: 20_000 });
  });

  it('is cancelled by the server after the timeout', async () => {
    const failing = first(open({ queryTimeoutMs: 100 }), 'SELECT pg_sleep(60)');
    await expect(failing).rejects.toMatchObject({ code: '57014' });
  });

  it('fails when the server stops answering, and the next query has a new connection', async () => {
    const network = await aNetwork();
    const database = open({ queryTimeoutMs: 100, poolMax: 1 }, network.url);
    await first(database, 'SELECT 1');
    network.swallow(true);
    await expect(first(database, 'SELECT 1')).rejects.toThrow('no answer within 5100 ms');
    network.swallow(false);
    await expect(first(database, 'SELECT 1 AS n')).resolves.toEqual({ n: 1 });
  });
});
