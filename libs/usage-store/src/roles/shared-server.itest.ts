import { randomBytes } from 'node:crypto';
import { emptyDatabase, testDatabase, testSecret, type TestDatabase } from '@antenna/test-kit';
import type { Knex } from 'knex';
import pg from 'pg';
import { openDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { ensureDatabaseOwner } from './database-owner.ts';
import { ensureLogin, grantGroup, type Login } from './logins.ts';

const login: Login = { role: unique('login'), group: 'antenna_speed' };

interface Installation {
  readonly provided: TestDatabase;
  readonly database: Knex;
}

let first: Installation;
let second: Installation;

beforeEach(async () => {
  [first, second] = await Promise.all([installation(), installation()]);
});

afterEach(async () => {
  await first.database.raw('DROP ROLE IF EXISTS ??', [login.role]);
  await Promise.all([first, second].map(end));
});

async function installation(): Promise<Installation> {
  const provided = await testDatabase();
  return { provided, database: openDatabase({ url: provided.url }, { applicationName: 'test' }) };
}

async function end({ provided, database }: Installation): Promise<void> {
  await database.destroy();
  await provided.close();
}

function provision({ provided, database }: Installation, password: string): Promise<void> {
  return ensureLogin(database, { url: provided.url }, { ...login, password });
}

async function logsIn(password: string): Promise<boolean> {
  const { href } = Object.assign(new URL(first.provided.url), { username: login.role, password });
  const client = new pg.Client({ connectionString: href });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

describe('the login of an installation', () => {
  it('keeps its password when a second installation on the server, with another password, is refused', async () => {
    const [ours, theirs] = [testSecret(), testSecret()];
    await provision(first, ours);
    await expect(provision(second, theirs)).rejects.toMatchObject({
      code: 'LOGIN_TAKEN',
      exitCode: 1,
      message: expect.stringContaining(
        `the provisioner of database ${new URL(first.provided.url).pathname.slice(1)}`,
      ) as string,
    });
    expect([await logsIn(ours), await logsIn(theirs)]).toEqual([true, false]);
  });

  it('serves a second installation that has the same password', async () => {
    const password = testSecret();
    await provision(first, password);
    await expect(provision(second, password)).resolves.toBeUndefined();
    await expect(provision(first, password)).resolves.toBeUndefined();
  });

  it('gets a new password from its own installation', async () => {
    const [before, after] = [testSecret(), testSecret()];
    await provision(first, before);
    await provision(first, after);
    expect([await logsIn(before), await logsIn(after)]).toEqual([false, true]);
  });

  it('belongs to the next installation that provisions it after the database of the first was dropped', async () => {
    const [before, after] = [testSecret(), testSecret()];
    const gone = await installation();
    await provision(gone, before);
    await end(gone);
    await provision(first, after);
    expect(await logsIn(after)).toBe(true);
    await expect(provision(second, testSecret())).rejects.toMatchObject({ code: 'LOGIN_TAKEN' });
  });

  it('keeps its password when a person created it', async () => {
    const password = testSecret();
    await first.database.raw(`CREATE ROLE ?? LOGIN PASSWORD '${password}'`, [login.role]);
    await expect(provision(first, testSecret())).rejects.toMatchObject({
      code: 'LOGIN_TAKEN',
      message: expect.stringContaining('somebody else') as string,
    });
    await expect(provision(first, password)).resolves.toBeUndefined();
    expect(await logsIn(password)).toBe(true);
  });
});

describe('a provisioner that owns its database and may create roles, without ADMIN OPTION on those that exist', () => {
  const owner = unique('owner');
  const metadata = unique('metadata');
  const [ownerPassword, password] = [testSecret(), testSecret()];
  let empty: TestDatabase;
  let theirs: Knex;

  beforeEach(async () => {
    empty = await emptyDatabase();
    await first.database.raw(`CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD '${ownerPassword}'`);
    await first.database.raw('ALTER DATABASE ?? OWNER TO ??', [new URL(empty.url).pathname.slice(1), owner]);
    theirs = openDatabase({ url: ownUrl() }, { applicationName: 'test' });
  });

  afterEach(async () => {
    await theirs.destroy();
    await empty.close();
    await first.database.raw('DROP DATABASE IF EXISTS ??', [metadata]);
    for (const role of [owner, metadata]) await first.database.raw('DROP ROLE IF EXISTS ??', [role]);
  });

  function ownUrl(): string {
    return Object.assign(new URL(empty.url), { username: owner, password: ownerPassword }).href;
  }

  async function provisionAll(): Promise<void> {
    await migrate({ url: ownUrl() });
    await ensureLogin(theirs, { url: ownUrl() }, { ...login, password });
    await grantGroup(theirs, login);
    await ensureDatabaseOwner(theirs, { url: ownUrl() }, { name: metadata, password });
  }

  it('succeeds when an administrator has created all roles correctly', async () => {
    await ensureLogin(first.database, { url: first.provided.url }, { ...login, password });
    await ensureDatabaseOwner(first.database, { url: first.provided.url }, { name: metadata, password });
    await expect(provisionAll()).resolves.toBeUndefined();
    await expect(provisionAll()).resolves.toBeUndefined();
  });

  it('reports the missing right when a login is not in its group', async () => {
    await first.database.raw(`CREATE ROLE ?? LOGIN PASSWORD '${password}'`, [login.role]);
    await expect(provisionAll()).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/permission denied to grant role "antenna_speed".*ADMIN OPTION/) as string,
    });
  });

  it('keeps the password of a login that it may not change, and reports that', async () => {
    await provisionByAdministrator(testSecret());
    await expect(provisionAll()).rejects.toMatchObject({ code: 'LOGIN_TAKEN' });
  });

  async function provisionByAdministrator(other: string): Promise<void> {
    await ensureLogin(first.database, { url: first.provided.url }, { ...login, password: other });
  }
});

function unique(word: string): string {
  return `test_${word}_${randomBytes(6).toString('hex')}`;
}
