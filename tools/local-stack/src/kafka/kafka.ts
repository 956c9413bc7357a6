import { join } from 'node:path';
import type { LocalServer, ServerOptions } from '../local-server.ts';
import { reportToStderr } from '../process/programs.ts';
import {
  type FurtherSettings,
  loginArguments,
  portOf,
  type ProxiedListener,
  type SecureListener,
  withFurtherSettings,
  withProxiedListener,
  withSecureListener,
  writeKeystore,
} from './listeners.ts';
import { withKafkaAdmin } from './kafka-admin.ts';
import { dataFolder, kafkaNode, newClusterId } from './kafka-node.ts';
import { kafkaProperties } from './kafka-properties.ts';

export interface KafkaOptions extends ServerOptions {
  readonly port: number;
  readonly controllerPort: number;
  /** None unless given. */
  readonly secure?: SecureListener | undefined;
  /** None unless given. */
  readonly proxied?: ProxiedListener | undefined;
  /** None unless given. */
  readonly further?: FurtherSettings | undefined;
}

const heapMb = 512;

/** A Kafka broker that makes no topic by itself and deletes nothing because of its age. Not yet started. */
export function kafkaServer({
  home,
  port,
  controllerPort,
  secure,
  proxied,
  further,
  report = reportToStderr,
}: KafkaOptions): LocalServer {
  const folder = join(home, 'kafka');
  const keystore = join(folder, 'keystore.pem');
  const direct = kafkaProperties({ data: dataFolder(folder), port, controllerPort });
  const reached = proxied === undefined ? direct : withProxiedListener(direct, proxied);
  const plain = further === undefined ? reached : withFurtherSettings(reached, further);
  const furtherPorts = further?.listeners.map((listener) => portOf(listener.address)) ?? [];
  const address = `127.0.0.1:${port}`;
  return kafkaNode(
    {
      service: 'kafka',
      address,
      ports: [port, controllerPort, ...[secure, proxied].flatMap((listener) => listener?.port ?? []), ...furtherPorts],
      folder,
      properties: secure === undefined ? plain : withSecureListener(plain, secure, keystore),
      clusterId: newClusterId(),
      formatArguments: ['--standalone', ...(secure === undefined ? [] : loginArguments(secure))],
      heapMb,
      jvmArguments: further?.jvmArguments ?? [],
      writeFiles: async () => {
        if (secure !== undefined) await writeKeystore(keystore, secure.certificate);
      },
      probe: () => hasBroker(address),
    },
    report,
  );
}

/** Likewise, started. */
export async function startKafka(options: KafkaOptions): Promise<LocalServer> {
  const server = kafkaServer(options);
  await server.start();
  return server;
}

/** A broker that was killed is known again only once its old session has run out. */
async function hasBroker(address: string): Promise<void> {
  const { brokers } = await withKafkaAdmin(address, (admin) => admin.describeCluster());
  if (brokers.length === 0) throw new Error('the broker has not joined its cluster');
}
