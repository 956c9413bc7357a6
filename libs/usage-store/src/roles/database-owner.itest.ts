import { randomBytes } from 'node:crypto';
import { emptyDatabase, type TestDatabase, testSecret } from '@antenna/test-kit';
import type { Knex } from 'knex';
import pg from 'pg';
import { openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { ensureDatabaseOwner } from './database-owner.ts';

describe("the login of another program's database", () => {
  let test: TestDatabase;
  let administrator: Knex;
  let provisioner: Knex;
  const provisionerName = unique('provisioner');
  const name = unique('metadata');
  const password = testSecret();

  /**
   * As on Cloud SQL, the provisioner may create roles and databases and owns the product's database, but is no
   * superuser.
   */
  beforeAll(async () => {
    test = await emptyDatabase();
    administrator = openDatabase({ url: test.url }, { applicationName: 'test' });
    const provisionerPassword = testSecret();
    await administrator.raw(
      `CREATE ROLE ${provisionerName} LOGIN CREATEROLE CREATEDB PASSWORD '${provisionerPassword}'`,
    );
    await administrator.raw(
      'GRANT antenna_batch, antenna_operator, antenna_reader, antenna_speed TO ?? WITH ADMIN OPTION',
      [provisionerName],
    );
    await administrator.raw('ALTER DATABASE ?? OWNER TO ??', [databaseOf(test.url), provisionerName]);
    await administrator.raw('ALTER SCHEMA public OWNER TO ??', [provisionerName]);
    const url = loginUrl(provisionerName, provisionerPassword);
    await migrate({ url });
    provisioner = openDatabase({ url }, { applicationName: 'test' });
    await ensureDatabaseOwner(provisioner, { url: test.url }, { name, password });
  });

  afterAll(async () => {
    await provisioner.destroy();
    await administrator.raw('DROP DATABASE ??', [name]);
    await administrator.raw('DROP ROLE ??', [name]);
    await administrator.raw('REASSIGN OWNED BY ?? TO CURRENT_USER', [provisionerName]);
    await administrator.raw('DROP OWNED BY ??', [provisionerName]);
    await administrator.raw('DROP ROLE ??', [provisionerName]);
    await administrator.destroy();
    await test.close();
  });

  function loginUrl(username: string, secret: string, pathname?: string): string {
    return Object.assign(new URL(test.url), {
      username,
      password: secret,
      ...(pathname === undefined ? {} : { pathname }),
    }).href;
  }

  async function ask(url: string, statement: string): Promise<unknown> {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      const { rows } = await client.query<Record<string, unknown>>(statement);
      return rows[0];
    } catch (error) {
      return error instanceof Error ? error.message : error;
    } finally {
      await client.end();
    }
  }

  it('can create tables in its own database', async () => {
    expect(await ask(loginUrl(name, password, name), 'CREATE TABLE dashboard (id int)')).toBeUndefined();
  });

  it("cannot connect to the product's database", async () => {
    expect(await ask(loginUrl(name, password), 'SELECT 1')).toContain('permission denied for database');
  });

  it("cannot drop the product's database", async () => {
    const drop = `DROP DATABASE "${databaseOf(test.url)}"`;
    expect(await ask(loginUrl(name, password, name), drop)).toContain('must be owner of database');
  });

  it('is the only login that can connect to its own database', async () => {
    const other = unique('other');
    const secret = testSecret();
    await administrator.raw(`CREATE ROLE ${other} LOGIN PASSWORD '${secret}'`);
    try {
      expect(await ask(loginUrl(other, secret, name), 'SELECT 1')).toContain('permission denied for database');
    } finally {
      await administrator.raw('DROP ROLE ??', [other]);
    }
  });

  it('loses granted roles, gets the new password and keeps its tables when it is ensured again', async () => {
    const renewed = testSecret();
    await administrator.raw('GRANT antenna_operator TO ??', [name]);
    // A superuser granted this role, so only a superuser may revoke it.
    await ensureDatabaseOwner(administrator, { url: test.url }, { name, password: renewed });
    const url = loginUrl(name, renewed, name);
    expect(await ask(url, "SELECT pg_has_role('antenna_operator', 'MEMBER') AS member")).toEqual({ member: false });
    expect(await ask(url, "SELECT to_regclass('dashboard') IS NOT NULL AS kept")).toEqual({ kept: true });
    await ensureDatabaseOwner(provisioner, { url: test.url }, { name, password });
  });

  it('is created once by two concurrent provisioners', async () => {
    const twice = unique('twice');
    try {
      await Promise.all(
        [1, 2].map(() => ensureDatabaseOwner(provisioner, { url: test.url }, { name: twice, password })),
      );
      expect(await ask(loginUrl(twice, password, twice), 'SELECT 1 AS entered')).toEqual({ entered: 1 });
    } finally {
      await administrator.raw('DROP DATABASE IF EXISTS ??', [twice]);
      await administrator.raw('DROP ROLE IF EXISTS ??', [twice]);
    }
  });
});

function unique(word: string): string {
  return `test_${word}_${randomBytes(6).toString('hex')}`;
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
