import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { localServer, type LocalServer, type ServerCertificate, type ServerOptions } from '../local-server.ts';
import { reportToStderr } from '../process/programs.ts';
import { postgresAccount, type PostgresAccount } from './postgres-account.ts';
import { encryptedArguments, writeCertificate } from './encrypted-connections.ts';

export interface PostgresOptions extends ServerOptions {
  readonly port: number;
  /** Whether what was committed survives a power cut (default). Tests go without: they end with their data. */
  readonly durable?: boolean | undefined;
  /** Of the superuser, of letters and digits; `postgres` unless given. */
  readonly password?: string | undefined;
  /** With it, every login except the superuser's must encrypt; without it the server offers no encryption. */
  readonly certificate?: ServerCertificate | undefined;
  /** With it, encrypted connections need a client certificate signed by this one (PEM) besides the password. */
  readonly clientAuthority?: string | undefined;
}

const maxConnections = 200;

/** A Postgres server, whose superuser is `postgres`. Not yet started. */
export function postgresServer({
  home,
  port,
  durable = true,
  password = 'postgres',
  certificate,
  clientAuthority,
  report = reportToStderr,
}: PostgresOptions): LocalServer {
  const folder = join(home, 'postgres');
  const address = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  return localServer(
    {
      service: 'postgres',
      address,
      ports: [port],
      // «Fast»: ends open transactions and sessions; SIGTERM would wait for them.
      gracefulSignal: 'SIGINT',
      async prepare() {
        const account = await postgresAccount(folder);
        if (!existsSync(join(account.data, 'PG_VERSION'))) {
          report(`postgres: making the database files in ${account.data}`);
          await initialize(account, password);
        }
        if (certificate !== undefined) await writeCertificate(account, certificate, clientAuthority);
        const encryption = certificate === undefined ? [] : encryptedArguments(account, clientAuthority);
        return {
          file: join(account.programs, 'bin', 'postgres'),
          args: [...serverArguments(account.data, port, durable), ...encryption],
          user: account.user,
        };
      },
      probe: () => connects(address),
    },
    folder,
    report,
  );
}

/** Likewise, started. */
export async function startPostgres(options: PostgresOptions): Promise<LocalServer> {
  const server = postgresServer(options);
  await server.start();
  return server;
}

function serverArguments(data: string, port: number, durable: boolean): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: maxConnections,
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Makes the files beside their place and moves them there, so that half a database is never taken for one. */
async function initialize({ data, programs, user }: PostgresAccount, password: string): Promise<void> {
  const staging = `${data}.tmp`;
  const passwordFile = `${data}.password`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`);
  if (user !== undefined) {
    await Promise.all([staging, passwordFile].map((path) => chown(path, user.uid, user.gid)));
  }
  await chmod(passwordFile, 0o600);
  const choices = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
  await execa(join(programs, 'bin', 'initdb'), [`--pgdata=${staging}`, `--pwfile=${passwordFile}`, ...choices], {
    cwd: '/',
    all: true,
    stdin: 'ignore',
    ...user,
  });
  await rm(passwordFile);
  await rename(staging, data);
}

async function connects(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
  } finally {
    await client.end();
  }
}
