import { streamDifferences } from '@antenna/oracle';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import {
  deleteData,
  freePorts,
  type LocalServer,
  type Standby,
  startPostgres,
  startStandby,
} from '@antenna/local-stack';
import { endedWell, rowsOf, TcpProxy, type TemporaryFolder, temporaryFolder, until } from '@antenna/test-kit';
import { migrate } from '@antenna/usage-store';
import { newStream, send, someRecords, type Stream } from '../stream.ts';
import { drain, serve, startApp, startBatch, stop, watched, type Watched } from '../workers.ts';

const READ_ONLY = 'read-only transaction';

describe('a database that fails over', () => {
  let folder: TemporaryFolder;
  let primary: LocalServer;
  let standby: Standby;
  let proxy: TcpProxy;
  let stream: Stream;

  beforeEach(async () => {
    folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const [{ postgres: port }, { postgres: standbyPort }] = [await freePorts(), await freePorts()];
    const options = { durable: false, report: () => undefined };
    primary = await startPostgres({ home: join(folder.path, 'primary'), port, ...options });
    await migrate({ url: primary.address });
    standby = await startStandby(primary, { home: join(folder.path, 'standby'), port: standbyPort, ...options });
    proxy = await TcpProxy.start(port);
    const databaseUrl = Object.assign(new URL(primary.address), { port: String(proxy.port) }).href;
    const environment = { DATABASE_URL: databaseUrl, KAFKA_SESSION_TIMEOUT_MS: '10000' };
    stream = { ...(await newStream({ partitions: 2, environment })), databaseUrl };
  });

  afterEach(async () => {
    await stream.close();
    await proxy.stop();
    await Promise.all([primary, standby].map((server) => server.stop('immediate')));
    for (const name of ['primary', 'standby']) await deleteData(join(folder.path, name));
    await folder.close();
  });

  it('is waited for by every worker until the standby is promoted, and nothing is lost or counted twice', async () => {
    const records = someRecords(21, 6_000);
    const serving = serve(stream.environment);
    await send(stream, records.slice(0, 2_000));
    await until(() => isUnderWay(primary), { what: 'commit on the primary' });

    proxy.lead(Number(new URL(standby.address).port));
    proxy.cut();
    await send(stream, records.slice(2_000, 4_000));
    const range = ['run', '--from=2022-10-29T13', '--to=2022-10-29T19'];
    const batch = watched(startBatch(range, stream.environment));
    const provisioner = watched(startApp('provisioner', [], stream.environment));
    for (const [what, waiting] of Object.entries({ serving, batch, provisioner })) {
      await until(() => waiting.output().includes(READ_ONLY), { what: `${what} that waits`, deadlineMs: 60_000 });
    }

    await primary.stop('immediate');
    await standby.promote();
    await send(stream, records.slice(4_000));
    await endedWell(batch.worker);
    await endedWell(provisioner.worker);
    await drain(stream.environment);
    await stop(serving.worker);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });

  it('may be read-only for a while: a worker goes on with the connections that it makes then', async () => {
    const records = someRecords(22, 2_000);
    const serving = serve(stream.environment);
    await send(stream, records.slice(0, 1_000));
    await until(() => isUnderWay(primary), { what: 'commit on the primary' });
    await makeReadOnly(primary, 'on');
    await send(stream, records.slice(1_000));
    await until(() => serving.output().split(READ_ONLY).length > 4, { what: 'refused tries', deadlineMs: 60_000 });
    expect(await (await fetch(await readinessOf(serving))).text()).toContain('the database is read-only');
    await makeReadOnly(primary, 'off');
    await drain(stream.environment);
    await stop(serving.worker);
    expect(await streamDifferences(stream, records)).toEqual([]);
  });
});

async function readinessOf({ output }: Watched): Promise<string> {
  const port = await until(() => /"httpPort":(\d+)/.exec(output())?.[1], { what: 'port of the health server' });
  return `http://127.0.0.1:${port}/readyz`;
}

/** Whether something is in the totals and something in the archive. */
async function isUnderWay(server: LocalServer): Promise<boolean> {
  const [row] = await rowsOf<{ is_under_way: boolean }>(
    server.address,
    'SELECT EXISTS (SELECT FROM public.bytes) AND EXISTS (SELECT FROM pipeline.archive_file) AS is_under_way',
  );
  return row?.is_under_way === true;
}

async function makeReadOnly(server: LocalServer, setting: 'on' | 'off'): Promise<void> {
  await rowsOf(server.address, `ALTER SYSTEM SET default_transaction_read_only = ${setting}`);
  await rowsOf(server.address, 'SELECT pg_reload_conf()');
}
