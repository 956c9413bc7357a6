import { emptyDatabase, type TestDatabase } from '@antenna/test-kit';
import { openDatabase } from '@antenna/usage-store';
import type { Knex } from 'knex';
import pg from 'pg';
import { metadataDatabase } from './metadata-database.ts';

const name = `superset_${process.pid}`;

describe('the database of Superset’s metadata', () => {
  let server: TestDatabase;
  let administrator: Knex;
  beforeAll(async () => {
    server = await emptyDatabase();
    administrator = openDatabase({ url: server.url }, { applicationName: 'test' });
  });
  afterAll(async () => {
    await administrator.raw('DROP DATABASE IF EXISTS ??', [name]);
    await administrator.raw('DROP ROLE IF EXISTS ??', [name]);
    await administrator.destroy();
    await server.close();
  });

  it('is made with a role of its own, which can make tables in it', async () => {
    const { uri, preparedFor } = await metadata("it's ? a password");
    expect(preparedFor).toBeNull();
    const client = new pg.Client(uri.replace('+psycopg2', ''));
    await client.connect();
    try {
      await client.query('CREATE TABLE dashboards (id integer)');
    } finally {
      await client.end();
    }
  });

  it('remembers what it was prepared for, and takes another password', async () => {
    await (await metadata('one')).markPrepared("6.1 and it's ready?");
    const again = await metadata('two');
    expect(again.preparedFor).toBe("6.1 and it's ready?");
    expect(again.uri).toMatch(new RegExp(`^postgresql\\+psycopg2://${name}:two@.*/${name}$`));
  });

  function metadata(password: string) {
    return metadataDatabase(administrator, { url: server.url }, { name, password });
  }
});
