import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { emptyDatabase, type TestDatabase, testSecret } from '@antenna/test-kit';
import { openDatabase } from '@antenna/usage-store';
import { execa } from 'execa';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Standard output of a successful run, line by line (docs: the provisioner). */
const EXPECTED_OUTPUT = [
  'Conexión establecida correctamente!',
  'Creando la tabla bytes (timestamp TIMESTAMP, id TEXT, value BIGINT, type TEXT)',
  'Creando la tabla bytes_hourly (timestamp TIMESTAMP, id TEXT, value BIGINT, type TEXT)',
  'Creando la tabla user_quota_limit (email TEXT, usage BIGINT, quota BIGINT, timestamp TIMESTAMP)',
  'Creando la tabla user_metadata (id TEXT, name TEXT, email TEXT, quota BIGINT)',
  'Dando de alta la información de usuarios',
];

let test: TestDatabase;

beforeEach(async () => {
  test = await emptyDatabase();
});

afterEach(() => test.close());

function provision(databaseUrl: string, ...flags: string[]) {
  return execa(process.execPath, [main, ...flags], {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', DATABASE_URL: databaseUrl, LOG_FORMAT: 'json' },
  });
}

function urlWith(change: Partial<Pick<URL, 'password' | 'pathname' | 'host'>>): string {
  return Object.assign(new URL(test.url), change).href;
}

async function usersInTable(): Promise<unknown> {
  const database = openDatabase({ url: test.url }, { applicationName: 'test' });
  try {
    const { rows } = await database.raw<{ rows: unknown[] }>('SELECT count(*)::int AS users FROM public.user_metadata');
    return rows[0];
  } finally {
    await database.destroy();
  }
}

describe('the provisioner', () => {
  it('writes each step to standard output, and ends with 0', async () => {
    const { stdout, exitCode } = await provision(test.url);
    expect(stdout.split('\n')).toEqual(EXPECTED_OUTPUT);
    expect(exitCode).toBe(0);
    expect(await usersInTable()).toEqual({ users: 20 });
  });

  it('announces no table that exists when it is run again, and writes its log to standard error', async () => {
    await provision(test.url);
    const { stdout, stderr, exitCode } = await provision(test.url);
    expect(stdout.split('\n')).toEqual(EXPECTED_OUTPUT.filter((line) => !line.startsWith('Creando')));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stderr)).toMatchObject({ level: 'info', message: 'the schema is up to date', applied: [] });
  });

  it('succeeds in two concurrent runs', async () => {
    const runs = await Promise.all([provision(test.url), provision(test.url)]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(await usersInTable()).toEqual({ users: 20 });
  });

  it('waits for a database that does not answer yet', async () => {
    const { port, begin, end } = await aLateServer();
    const run = provision(urlWith({ host: `127.0.0.1:${port}` }));
    await once(run.stderr, 'data');
    begin();
    const { stdout, stderr, exitCode } = await run;
    end();
    expect(stderr).toContain('the database does not answer yet');
    expect(stdout.split('\n')).toEqual(EXPECTED_OUTPUT);
    expect(exitCode).toBe(0);
  });
});

describe('the provisioner fails at once, with nothing on standard output, and reports', () => {
  it('a wrong password, without showing it', async () => {
    const password = testSecret();
    const { stdout, stderr, exitCode } = await provision(urlWith({ password }));
    expect(stderr).toMatch(/^DATABASE_REFUSED: .*password authentication failed/m);
    expect(stderr).not.toContain(password);
    expect([stdout, exitCode]).toEqual(['', 1]);
  });

  it('a database that does not exist', async () => {
    const { stdout, stderr, exitCode } = await provision(urlWith({ pathname: 'nowhere' }));
    expect(stderr).toMatch(/^DATABASE_REFUSED: .*database "nowhere" does not exist/m);
    expect([stdout, exitCode]).toEqual(['', 1]);
  });

  it('every wrong setting', async () => {
    const { stdout, stderr, exitCode } = await provision(
      test.url,
      '--reader-password-file=/nowhere',
      '--log-level=loud',
    );
    expect(stderr).toMatch(/READER_PASSWORD_FILE: given "\/nowhere".*\n.*LOG_LEVEL: given "loud"/);
    expect([stdout, exitCode]).toEqual(['', 2]);
  });
});

describe('the provisioner of a database with tables that cannot hold the totals', () => {
  it('lists the differences on standard error, announces no table, and ends with 1', async () => {
    const database = openDatabase({ url: test.url }, { applicationName: 'test' });
    await database.raw('CREATE TABLE public.bytes ("timestamp" timestamptz, id text, value integer, type text)');
    await database.destroy();
    const { stdout, stderr, exitCode } = await provision(test.url);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^TABLES_DIFFER: .* nothing was changed:$/),
      '  public.bytes.timestamp is timestamp with time zone, and must be timestamp without time zone',
      '  public.bytes.value is integer, and must be bigint',
      expect.stringMatching(/^alter them, or move them .* run the provisioner again$/),
    ]);
    expect([stdout, exitCode]).toEqual(['Conexión establecida correctamente!', 1]);
  });
});

/** A port without a listener until `begin`; from then on connections to it reach the database. */
async function aLateServer() {
  const { hostname, port: databasePort } = new URL(test.url);
  const server = createServer((near) => {
    const far = connect(Number(databasePort === '' ? 5432 : databasePort), hostname);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await once(server.close(), 'close');
  return { port, begin: () => server.listen(port, '127.0.0.1'), end: () => server.close() };
}
