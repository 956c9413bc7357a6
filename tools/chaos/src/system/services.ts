import { mkdir } from 'node:fs/promises';
import {
  deleteData,
  freePorts,
  type LocalServer,
  type Report,
  stackAt,
  startGcs,
  startKafka,
  startPostgres,
  stopStack,
} from '@antenna/local-stack';
import { TcpProxy } from '@antenna/test-kit';
import { StorageProxy } from './storage-proxy.ts';

/** What workers reach through a proxy. */
export type Proxied = 'postgres' | 'kafka' | 'gcs';

/** Servers that may be killed, and the proxies by which workers reach them. We ourselves reach them directly. */
export interface Services {
  readonly servers: Readonly<Record<Proxied, LocalServer>>;
  readonly proxies: Readonly<Record<Proxied, TcpProxy>>;
  readonly storage: StorageProxy;
  close(): Promise<void>;
}

/** @param home their data and logs; what an earlier run has left there is ended and deleted. */
export async function startServices(home: string, report: Report): Promise<Services> {
  await endServices(home);
  await mkdir(home, { recursive: true });
  const [ports, further] = [await freePorts(), await freePorts()];
  const kafkaProxy = await TcpProxy.start(further.kafka);
  const proxied = { port: further.kafka, advertisedPort: kafkaProxy.port };
  const servers = await started({
    postgres: startPostgres({ home, port: ports.postgres, durable: true, report }),
    kafka: startKafka({ home, port: ports.kafka, controllerPort: ports.controller, proxied, report }),
    gcs: startGcs({ home, port: ports.gcs, report }),
  });
  const storage = await StorageProxy.start(servers.gcs.address);
  const proxies = {
    postgres: await TcpProxy.start(ports.postgres),
    kafka: kafkaProxy,
    gcs: await TcpProxy.start(storage.port),
  };
  return {
    servers,
    proxies,
    storage,
    async close() {
      await Promise.all([...Object.values(proxies), storage].map((proxy) => proxy.stop()));
      await endServices(home);
    },
  };
}

/** Ends the servers of a home by their process files. */
async function endServices(home: string): Promise<void> {
  await stopStack(stackAt({ home, ports: await freePorts(), report: () => undefined }), 'immediate');
  await deleteData(home);
}

async function started(starting: Readonly<Record<Proxied, Promise<LocalServer>>>): Promise<Services['servers']> {
  const [postgres, kafka, gcs] = await Promise.all([starting.postgres, starting.kafka, starting.gcs]);
  return { postgres, kafka, gcs };
}
