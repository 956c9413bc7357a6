import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { emptyDatabase, testDatabase, type TestDatabase } from '@antenna/test-kit';
import { connectWithRetry } from './connect-with-retry.ts';
import { openDatabase } from './database.ts';

describe('a Postgres server', () => {
  let provided: TestDatabase;

  beforeAll(async () => {
    provided = await testDatabase();
  });

  afterAll(() => provided.close());

  async function versionOfServer(): Promise<string> {
    const database = openDatabase({ url: provided.url }, { applicationName: 'test' });
    const { rows } = await database.raw<{ rows: { version: string }[] }>(
      `SELECT current_setting('server_version_num') AS version`,
    );
    await database.destroy();
    return rows[0]?.version ?? '';
  }

  /** A proxy of the real server that replaces its version number by another one of the same length. */
  async function aServerOfVersion(version: string): Promise<{ url: string; close: () => void }> {
    const [actual, { hostname, port }] = [await versionOfServer(), new URL(provided.url)];
    const server = createServer((near) => {
      const far = connect(Number(port === '' ? 5432 : port), hostname);
      far.on('data', (data) => near.write(Buffer.from(data.toString('latin1').replaceAll(actual, version), 'latin1')));
      near.on('data', (data) => far.write(data));
      near.on('error', () => far.destroy()).on('close', () => far.destroy());
      far.on('error', () => near.destroy()).on('close', () => near.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const url = Object.assign(new URL(provided.url), {
      hostname: '127.0.0.1',
      port: typeof address === 'object' ? String(address?.port) : '',
    });
    return { url: url.href, close: () => server.close() };
  }

  it('that is too old is refused at once, and the error names the required version', async () => {
    const { url, close } = await aServerOfVersion('140011');
    await expect(connectWithRetry({ url }, { applicationName: 'test' })).rejects.toMatchObject({
      code: 'POSTGRES_TOO_OLD',
      message: expect.stringMatching(/ is version 14\.11; version 15 or newer is needed/) as string,
    });
    close();
  });

  it('of the oldest supported version is accepted', async () => {
    const { url, close } = await aServerOfVersion('150000');
    const database = await connectWithRetry({ url }, { applicationName: 'test' });
    await database.destroy();
    close();
  });
});

describe('a database', () => {
  it.each(['LATIN1', 'SQL_ASCII'])(
    'with encoding %s is refused at once, and the error names the required encoding',
    async (encoding) => {
      const provided = await emptyDatabase();
      const administrator = openDatabase({ url: provided.url }, { applicationName: 'test' });
      const name = `${new URL(provided.url).pathname.slice(1)}_${encoding.toLowerCase()}`;
      const { href: url } = Object.assign(new URL(provided.url), { pathname: name });
      try {
        await administrator.raw(`CREATE DATABASE "${name}" ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
        await expect(connectWithRetry({ url }, { applicationName: 'test' })).rejects.toMatchObject({
          code: 'DATABASE_ENCODING',
          exitCode: 1,
          message: expect.stringMatching(new RegExp(`has the encoding ${encoding}, .*UTF8 is needed`)) as string,
        });
      } finally {
        await administrator.raw(`DROP DATABASE IF EXISTS "${name}"`);
        await administrator.destroy();
        await provided.close();
      }
    },
  );
});
