import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts, type LocalServer, startPostgres } from '@antenna/local-stack';
import {
  certificateAuthority,
  type Environment,
  rowsOf,
  type TemporaryFolder,
  temporaryFolder,
  testSecret,
  testTopic,
  type TestTopic,
} from '@antenna/test-kit';
import { lastLine, startApp } from '../workers.ts';

const ADMINISTRATOR = 'an_administrator';
const PROGRAMS = ['provisioner', 'speed-layer', 'batch-layer'] as const;

type ProgramName = (typeof PROGRAMS)[number];

describe('a Postgres server that wants TLS', () => {
  let folder: TemporaryFolder;
  let server: LocalServer;
  let topic: TestTopic;
  let settings: Readonly<Record<ProgramName, Environment>>;
  let others: { readonly authority: string; readonly password: string; readonly port: number };

  beforeAll(async () => {
    [folder, topic] = await Promise.all([temporaryFolder(), testTopic()]);
    await chmod(folder.path, 0o755);
    const authority = certificateAuthority();
    const { postgres: port } = await freePorts();
    server = await startPostgres({
      home: folder.path,
      port,
      durable: false,
      certificate: authority.issue('localhost'),
      report: () => undefined,
    });
    const administrator = testSecret();
    await rowsOf(server.address, `CREATE ROLE ${ADMINISTRATOR} SUPERUSER LOGIN PASSWORD '${administrator}'`);
    await mkdir(join(folder.path, 'archive'));
    others = {
      authority: await folder.write('other.pem', certificateAuthority().certificate),
      password: await folder.write('other-password', testSecret()),
      port,
    };
    const as = async (user: string, name: string, password: string): Promise<Environment> => ({
      DATABASE_URL: `postgresql://${user}@localhost:${port}/postgres`,
      DATABASE_PASSWORD_FILE: await folder.write(name, password),
      DATABASE_SSL_MODE: 'verify-full',
      DATABASE_SSL_CA_FILE: await folder.write('authority.pem', authority.certificate),
    });
    const speed = await as('antenna_speed_layer', 'speed-password', testSecret());
    const batch = await as('antenna_batch_layer', 'batch-password', testSecret());
    const archive = { ARCHIVE_URL: `file:${folder.path}/archive` };
    settings = {
      provisioner: {
        ...(await as(ADMINISTRATOR, 'administrator-password', administrator)),
        SPEED_LAYER_PASSWORD_FILE: speed['DATABASE_PASSWORD_FILE'] ?? '',
        BATCH_LAYER_PASSWORD_FILE: batch['DATABASE_PASSWORD_FILE'] ?? '',
      },
      'speed-layer': { ...speed, ...archive, KAFKA_BROKERS: topic.brokers.join(','), KAFKA_TOPIC: topic.topic },
      'batch-layer': { ...batch, ...archive },
    };
  });

  afterAll(async () => {
    await server.stop('immediate');
    await Promise.all([folder.close(), topic.close()]);
  });

  function start(program: ProgramName, changes: Environment = {}) {
    const args = { provisioner: [], 'speed-layer': ['drain'], 'batch-layer': ['run', '--due'] }[program];
    return startApp(program, args, { ...settings[program], ...changes });
  }

  it('lets the provisioner in, and by the logins that it makes the workers', async () => {
    for (const program of PROGRAMS) {
      const { exitCode, stderr } = await start(program);
      expect({ program, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ program, exitCode: 0, stderr: '' });
    }
  });

  it('is reached by an encrypted connection alone', async () => {
    const used = await rowsOf(
      server.address,
      `SELECT DISTINCT usename, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE usename <> 'postgres'`,
    );
    expect(used.filter(({ ssl }) => ssl !== true)).toEqual([]);
  });

  describe.each(PROGRAMS)('is not used by the %s, which says which setting is wrong, if', (program) => {
    it.each<[string, () => Environment, RegExp]>([
      [
        'another authority signed its certificate',
        () => ({ DATABASE_SSL_CA_FILE: others.authority }),
        /self-signed certificate in certificate chain; set DATABASE_SSL_CA_FILE/,
      ],
      [
        'no well-known authority signed its certificate',
        () => ({ DATABASE_SSL_CA_FILE: '' }),
        /self-signed certificate in certificate chain; set DATABASE_SSL_CA_FILE/,
      ],
      [
        'it is asked by another name than its certificate has',
        () => ({ DATABASE_URL: `postgresql://${ADMINISTRATOR}@127.0.0.1:${others.port}/postgres` }),
        /127\.0\.0\.1 is not in the cert.*; name the server in DATABASE_URL/,
      ],
      [
        'the password is wrong',
        () => ({ DATABASE_PASSWORD_FILE: others.password }),
        /password authentication failed for user "\w+"; check DATABASE_PASSWORD_FILE/,
      ],
      [
        'the connection is not encrypted',
        () => ({ DATABASE_SSL_MODE: 'disable', DATABASE_SSL_CA_FILE: '' }),
        /no encryption; check DATABASE_SSL_MODE/,
      ],
    ])('%s', async (_name, changes, message) => {
      const ended = await start(program, changes());
      expect(lastLine(ended)).toMatch(/^DATABASE_REFUSED: Postgres at \w+@[\w.]+:\d+\/postgres cannot be used: /);
      expect(lastLine(ended)).toMatch(message);
      expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
    });
  });
});

describe('a Postgres server that has no TLS', () => {
  it('is not used by a program that demands TLS', async () => {
    const url = process.env['TEST_DATABASE_URL'] ?? '';
    const ended = await startApp('provisioner', [], { DATABASE_URL: url, DATABASE_SSL_MODE: 'require' });
    expect(lastLine(ended)).toMatch(/^DATABASE_REFUSED: .* does not support SSL connections; check DATABASE_SSL_MODE$/);
  });
});
