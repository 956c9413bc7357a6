import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { LocalServer } from '../local-server.ts';
import { freePorts } from '../ports.ts';
import { deleteData } from '../stack.ts';
import { startPostgres } from './postgres.ts';
import { type Standby, startStandby } from './standby.ts';

const READ_ONLY = '25006';

describe('a standby', () => {
  let home: string;
  let primary: LocalServer;
  let standby: Standby;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'standby-'));
    await chmod(home, 0o755);
    const [{ postgres: port }, { postgres: other }] = [await freePorts(), await freePorts()];
    const options = { durable: false, report: () => undefined };
    primary = await startPostgres({ home: join(home, 'primary'), port, ...options });
    await ask(primary, 'CREATE TABLE kept (n integer)');
    standby = await startStandby(primary, { home: join(home, 'standby'), port: other, ...options });
  });

  afterAll(async () => {
    await Promise.all([primary, standby].map((server) => server.stop('immediate')));
    for (const name of ['primary', 'standby']) await deleteData(join(home, name));
    await rm(home, { recursive: true });
  });

  it('refuses to write as long as it follows its primary', async () => {
    await expect(ask(standby, 'INSERT INTO kept VALUES (1)')).rejects.toMatchObject({ code: READ_ONLY });
  });

  it('has everything that its primary has acknowledged, once it is promoted, and takes more', async () => {
    for (const n of [1, 2, 3]) await ask(primary, `INSERT INTO kept VALUES (${n})`);
    await primary.stop('immediate');
    await standby.promote();
    await ask(standby, 'INSERT INTO kept VALUES (4)');
    expect(await ask(standby, 'SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  });
});

async function ask({ address }: LocalServer, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
