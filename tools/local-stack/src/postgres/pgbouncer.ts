import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { localServer, type LocalServer, type ServerOptions } from '../local-server.ts';
import { debianProgram, reportToStderr } from '../process/programs.ts';

export interface PgbouncerOptions extends ServerOptions {
  readonly port: number;
  /** URL of the Postgres behind it, whose user and password are the only ones that it knows. */
  readonly serverUrl: string;
  /** What a client keeps its session of Postgres for. */
  readonly poolMode: 'session' | 'transaction';
  /** Sessions at most for each user and database. */
  readonly poolSize?: number;
  /** What clients may send at their start without effect; pgbouncer refuses whatever else it does not know. */
  readonly ignoredStartupParameters?: string;
}

const PROGRAM = {
  name: 'pgbouncer',
  file: '/usr/sbin/pgbouncer',
  packages: ['pgbouncer'],
  advice: 'install pgbouncer 1.18 or newer: the tests of poolers need it',
};

/** `nobody`: pgbouncer refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** A real pgbouncer before a Postgres, started. Its address is that of the Postgres, at another port. */
export async function startPgbouncer(options: PgbouncerOptions): Promise<LocalServer> {
  const { home, port, serverUrl, report = reportToStderr } = options;
  const folder = join(home, 'pgbouncer');
  const address = Object.assign(new URL(serverUrl), { hostname: '127.0.0.1', port: String(port) }).href;
  const server = localServer(
    {
      service: 'pgbouncer',
      address,
      ports: [port],
      // Ends without waiting for its clients.
      gracefulSignal: 'SIGTERM',
      async prepare() {
        const file = await debianProgram(PROGRAM, report);
        const settings = await writeFiles(folder, options);
        return { file, args: [settings], user: process.getuid?.() === 0 ? NOBODY : undefined };
      },
      probe: () => connects(address),
    },
    folder,
    report,
  );
  await server.start();
  return server;
}

/** @returns the path of its settings. */
async function writeFiles(folder: string, options: PgbouncerOptions): Promise<string> {
  const { username, password } = new URL(options.serverUrl);
  const users = join(folder, 'users');
  const settings = join(folder, 'pgbouncer.ini');
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  await writeFile(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
  await writeFile(settings, settingsText(options, users));
  return settings;
}

function settingsText(
  { port, serverUrl, poolMode, poolSize = 20, ignoredStartupParameters = '' }: PgbouncerOptions,
  users: string,
): string {
  const { hostname, port: serverPort } = new URL(serverUrl);
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: poolMode,
    default_pool_size: poolSize,
    ignore_startup_parameters: ignoredStartupParameters,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  const database = `* = host=${hostname} port=${serverPort === '' ? 5432 : serverPort}`;
  return `[databases]\n${database}\n[pgbouncer]\n${lines.join('')}`;
}

async function connects(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000, query_timeout: 2_000 });
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}
