import { mkdir } from 'node:fs/promises';
import {
  deleteData,
  endKafkaCluster,
  freePortNumbers,
  freePorts,
  type KafkaCluster,
  type LocalServer,
  type Report,
  stackAt,
  startGcs,
  startKafkaCluster,
  stopStack,
} from '@antenna/local-stack';
import { TcpProxy } from '@antenna/test-kit';
import { endPrimaries, Primary } from './primary.ts';
import { StorageProxy } from './storage-proxy.ts';

/** What workers reach through proxies. */
export type Proxied = 'postgres' | 'kafka' | 'gcs';

/** Servers that may be killed, and the proxies by which workers reach them. The run itself reaches them directly. */
export interface Services {
  readonly postgres: Primary;
  readonly kafka: KafkaCluster;
  readonly gcs: LocalServer;
  /** Several where a service has several servers. */
  readonly proxies: Readonly<Record<Proxied, readonly TcpProxy[]>>;
  readonly storage: StorageProxy;
  close(): Promise<void>;
}

const BROKERS = [1, 2, 3];

/** @param home their data and logs; what an earlier run has left there is ended and deleted. */
export async function startServices(home: string, report: Report): Promise<Services> {
  await endServices(home);
  await mkdir(home, { recursive: true });
  const brokerProxies = await proxiesOf(await freePortNumbers(BROKERS.length));
  const [postgres, kafka, gcs] = await Promise.all([
    Primary.start(home, report),
    startKafkaCluster({ home, brokers: BROKERS.length, proxied: listenersOf(brokerProxies), report }),
    startGcs({ home, port: (await freePorts()).gcs, report }),
  ]);
  const storage = await StorageProxy.start(gcs.address);
  const gcsProxy = await TcpProxy.start(storage.port);
  const proxies = { postgres: [postgres.proxy], kafka: brokerProxies.map(({ proxy }) => proxy), gcs: [gcsProxy] };
  return {
    postgres,
    kafka,
    gcs,
    proxies,
    storage,
    async close() {
      await Promise.all([...Object.values(proxies).flat(), storage].map((proxy) => proxy.stop()));
      await postgres.close();
      await endServices(home);
    },
  };
}

interface BrokerProxy {
  /** Where the broker listens for the proxy. */
  readonly port: number;
  readonly proxy: TcpProxy;
}

function proxiesOf(ports: readonly number[]): Promise<readonly BrokerProxy[]> {
  return Promise.all(ports.map(async (port) => ({ port, proxy: await TcpProxy.start(port) })));
}

function listenersOf(proxies: readonly BrokerProxy[]) {
  return new Map(
    proxies.map(({ port, proxy }, index) => [BROKERS[index] ?? 0, { port, advertisedPort: proxy.port }] as const),
  );
}

/** Ends the servers of a home by their process files. */
async function endServices(home: string): Promise<void> {
  await endKafkaCluster(home);
  await endPrimaries(home);
  await stopStack(stackAt({ home, ports: await freePorts(), report: () => undefined }), 'immediate');
  await deleteData(home);
}
