import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  deleteData,
  freePorts,
  type LocalServer,
  type Report,
  stackAt,
  startPostgres,
  startStandby,
  type Standby,
  stopStack,
} from '@antenna/local-stack';
import { TcpProxy } from '@antenna/test-kit';

/** The Postgres server that takes writes, whichever it is after failovers. */
export class Primary {
  /** By which workers reach it. */
  readonly proxy: TcpProxy;
  /** By which the run itself reaches it: undisturbed. */
  readonly #direct: TcpProxy;
  readonly #home: string;
  readonly #report: Report;
  #server: LocalServer;
  #failovers = 0;

  private constructor(parts: {
    server: LocalServer;
    proxies: readonly [TcpProxy, TcpProxy];
    home: string;
    report: Report;
  }) {
    [this.proxy, this.#direct] = parts.proxies;
    this.#server = parts.server;
    this.#home = parts.home;
    this.#report = parts.report;
  }

  static async start(home: string, report: Report): Promise<Primary> {
    const { postgres: port } = await freePorts();
    const server = await startPostgres({ home: homeOf(home, 0), port, durable: true, report });
    const proxies = [await TcpProxy.start(port), await TcpProxy.start(port)] as const;
    return new Primary({ server, proxies, home, report });
  }

  /** The same after failovers. */
  get address(): string {
    const url = new URL(this.#server.address);
    url.port = String(this.#direct.port);
    return url.href;
  }

  get server(): LocalServer {
    return this.#server;
  }

  /** Starts a standby that has everything which is acknowledged from now on. */
  async standby(): Promise<Standby> {
    this.#failovers += 1;
    const { postgres: port } = await freePorts();
    const options = { home: homeOf(this.#home, this.#failovers), port, durable: true, report: this.#report };
    return startStandby(this.#server, options);
  }

  /**
   * Leads all clients to the standby, which refuses their writes until it is promoted after a while; the old primary
   * dies in the midst of its work.
   */
  async failOver(standby: Standby, readOnlyMs: number): Promise<void> {
    const port = Number(new URL(standby.address).port);
    for (const proxy of [this.proxy, this.#direct]) proxy.lead(port);
    await this.#server.stop('immediate');
    await delay(readOnlyMs);
    await standby.promote();
    this.#server = standby;
    await deleteData(homeOf(this.#home, this.#failovers - 1));
  }

  async close(): Promise<void> {
    await this.#direct.stop();
  }
}

const PREFIX = 'primary-';

/** Of the primary that took over in a failover. */
function homeOf(home: string, failover: number): string {
  return join(home, `${PREFIX}${failover}`);
}

/** Ends what an earlier run has left, and deletes its data. */
export async function endPrimaries(home: string): Promise<void> {
  const names = await readdir(home).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    const folder = join(home, name);
    await stopStack(stackAt({ home: folder, ports: await freePorts(), report: () => undefined }), 'immediate');
    await deleteData(folder);
    await rm(folder, { recursive: true, force: true });
  }
}
