import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import retry from 'p-retry';
import type { LocalServer } from '../local-server.ts';
import { copyData, type DataCopy, writeOwned } from './copy-data.ts';
import { type PostgresOptions, postgresServer } from './postgres.ts';
import { postgresAccount } from './postgres-account.ts';

export interface StandbyOptions extends Omit<PostgresOptions, 'password' | 'certificate'> {
  /**
   * Whether the primary acknowledges a commit only once the standby has it on disk (default), as a failover that loses
   * nothing needs. From the moment that the standby is gone or promoted, commits on the primary wait for ever.
   */
  readonly synchronous?: boolean | undefined;
}

/** A hot standby: it answers queries, and refuses to write (SQLSTATE 25006) until it is promoted. */
export interface Standby extends LocalServer {
  /** Makes it a primary of its own, on which everything goes on that the primary has acknowledged. */
  promote(): Promise<void>;
}

/**
 * Starts a standby of a running server and waits until it streams from it. Any server of `startPostgres` without a
 * certificate can have one. For a failover: send the clients to the standby's port (`TcpProxy.lead` of the test kit),
 * `promote()` the standby, and end the old primary, before or after. The next standby follows the promoted one.
 *
 * @param primary its address is that of a superuser. Its log is kept for the standby by a replication slot, so that the
 * standby may be away for any time.
 * @param options `home` is the standby's own folder, not that of the primary.
 */
export async function startStandby(
  primary: Pick<LocalServer, 'address'>,
  { synchronous = true, ...options }: StandbyOptions,
): Promise<Standby> {
  const name = `standby_${options.port}`;
  const server = postgresServer({ ...options, password: new URL(primary.address).password });
  await withClient(primary.address, async (client) => {
    await makeCopy(client, join(options.home, 'postgres'), { name, primary: new URL(primary.address) });
    await server.start();
    await retry(() => refuseSilence(client, name), { retries: 300, minTimeout: 100, factor: 1 });
    if (!synchronous) return;
    await client.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
    await client.query('SELECT pg_reload_conf()');
  });
  return { ...server, promote: () => withClient(server.address, promoted) };
}

interface Following {
  /** Of the replication slot and of the standby itself. */
  readonly name: string;
  readonly primary: URL;
}

async function makeCopy(client: pg.Client, folder: string, { name, primary }: Following): Promise<void> {
  await mkdir(folder, { recursive: true });
  // The server may have to run as another user.
  await chmod(folder, 0o755);
  const account = await postgresAccount(folder);
  if (existsSync(join(account.data, 'PG_VERSION'))) return;
  await client.query('SELECT pg_create_physical_replication_slot($1, true)', [name]);
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  const copy: DataCopy = { from: rows[0]?.data_directory ?? '', to: account.data, user: account.user };
  await copyData(client, copy);
  // In place of what ALTER SYSTEM has set on the primary, such as the standbys that its own commits wait for.
  await writeOwned(copy, 'postgresql.auto.conf', followingSettings({ name, primary }));
  await writeOwned(copy, 'standby.signal', '');
}

function followingSettings({ name, primary: { hostname, port, username, password } }: Following): string {
  const connection = `host=${hostname} port=${port} user=${username} password=${password} application_name=${name}`;
  return `primary_conninfo = '${connection}'\nprimary_slot_name = '${name}'\n`;
}

async function refuseSilence(client: pg.Client, name: string): Promise<void> {
  const streaming = `SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'`;
  const { rowCount } = await client.query(streaming, [name]);
  if (rowCount === 0) throw new Error(`${name} does not stream from its primary`);
}

async function promoted(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ is_promoted: boolean }>('SELECT pg_promote(true, 60) AS is_promoted');
  if (rows[0]?.is_promoted !== true) throw new Error('the standby is no primary 60 s after it was asked to become one');
}

async function withClient<T>(address: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
