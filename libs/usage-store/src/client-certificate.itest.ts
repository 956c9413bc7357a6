import { chmod } from 'node:fs/promises';
import type { DatabaseConnection } from './settings/database-settings.ts';
import { freePorts, type LocalServer, startPostgres } from '@antenna/local-stack';
import { certificateAuthority, type TemporaryFolder, temporaryFolder, testSecret } from '@antenna/test-kit';
import pg from 'pg';
import { connectWithRetry } from './connect-with-retry.ts';

describe('a Postgres server that requires client certificates', () => {
  const authority = certificateAuthority();
  const password = testSecret();
  let folder: TemporaryFolder;
  let server: LocalServer;
  let connection: DatabaseConnection;

  beforeAll(async () => {
    folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const { postgres: port } = await freePorts();
    server = await startPostgres({
      home: folder.path,
      port,
      durable: false,
      certificate: authority.issue('localhost'),
      clientAuthority: authority.certificate,
      report: () => undefined,
    });
    await asAdministrator(`CREATE ROLE worker LOGIN PASSWORD '${password}'`);
    connection = {
      url: `postgresql://worker@localhost:${port}/postgres`,
      password,
      sslMode: 'verify-full',
      sslCa: authority.certificate,
    };
  });

  afterAll(async () => {
    await server.stop('immediate');
    await folder.close();
  });

  async function asAdministrator(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: server.address });
    await client.connect();
    await client.query(statement);
    await client.end();
  }

  function withCertificateOf(signer = authority): DatabaseConnection {
    const { chain, privateKey } = signer.issue('worker');
    return { ...connection, sslCert: chain, sslKey: privateKey };
  }

  it('accepts a program with a certificate and a password', async () => {
    const database = await connectWithRetry(withCertificateOf(), { applicationName: 'test' });
    const { rows } = await database.raw<{ rows: unknown[] }>(
      `SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()`,
    );
    expect(rows).toEqual([{ client_dn: '/CN=a server of a test' }]);
    await database.destroy();
  });

  it.each([
    ['has none', () => connection],
    ['has one of an authority that the server does not trust', () => withCertificateOf(certificateAuthority())],
  ])('refuses a program that %s, and the error names the settings', async (_what, given) => {
    await expect(connectWithRetry(given(), { applicationName: 'test' })).rejects.toMatchObject({
      code: 'DATABASE_REFUSED',
      message: expect.stringMatching(/DATABASE_SSL_CERT_FILE and DATABASE_SSL_KEY_FILE/) as string,
    });
  });
});
