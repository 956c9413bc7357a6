import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { localServer, type LocalServer } from '../local-server.ts';
import { reportToStderr } from '../report.ts';
import type { ServerOptions } from '../server-options.ts';
import { java } from './java.ts';
import { withKafkaAdmin } from './kafka-admin.ts';
import { kafkaJars } from './kafka-jars.ts';
import { kafkaProperties } from './kafka-properties.ts';
import { type ProxiedListener, withProxiedListener } from './proxied-listener.ts';
import { loginArguments, type SecureListener, withSecureListener, writeKeystore } from './secure-listener.ts';

export interface KafkaOptions extends ServerOptions {
  readonly port: number;
  readonly controllerPort: number;
  /** None unless given. */
  readonly secure?: SecureListener | undefined;
  /** None unless given. */
  readonly proxied?: ProxiedListener | undefined;
}

/** A Kafka broker that makes no topic by itself and deletes nothing because of its age. Not yet started. */
export function kafkaServer({
  home,
  port,
  controllerPort,
  secure,
  proxied,
  report = reportToStderr,
}: KafkaOptions): LocalServer {
  const folder = join(home, 'kafka');
  const data = join(folder, 'data');
  const config = join(folder, 'server.properties');
  const keystore = join(folder, 'keystore.pem');
  const direct = kafkaProperties({ data, port, controllerPort });
  const plain = proxied === undefined ? direct : withProxiedListener(direct, proxied);
  const address = `127.0.0.1:${port}`;
  return localServer(
    {
      service: 'kafka',
      address,
      ports: [port, controllerPort, ...[secure, proxied].flatMap((listener) => listener?.port ?? [])],
      gracefulSignal: 'SIGTERM',
      async prepare() {
        const file = await java();
        const jvm = jvmArguments(await kafkaJars(report));
        if (secure !== undefined) await writeKeystore(keystore, secure.certificate);
        await writeFile(config, linesOf(secure === undefined ? plain : withSecureListener(plain, secure, keystore)));
        // Written last, so that half a format is done again.
        if (!existsSync(join(data, 'bootstrap.checkpoint')) && !existsSync(join(data, 'meta.properties'))) {
          report(`kafka: formatting ${data}`);
          await rm(data, { recursive: true, force: true });
          const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', clusterId(), '-c', config];
          const logins = secure === undefined ? [] : loginArguments(secure);
          await execa(file, [...jvm, ...format, ...logins], { all: true, stdin: 'ignore' });
        }
        return { file, args: [...jvm, 'kafka.Kafka', config] };
      },
      probe: () => hasBroker(address),
    },
    folder,
    report,
  );
}

/** Likewise, started. */
export async function startKafka(options: KafkaOptions): Promise<LocalServer> {
  const server = kafkaServer(options);
  await server.start();
  return server;
}

function linesOf(properties: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  return lines.join('');
}

function jvmArguments(jars: string): string[] {
  // The first compiler alone starts faster, and keeps the machine's few cores for what is tested.
  return [
    '-Xms64m',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dlog4j2.level=WARN',
    '-cp',
    `${jars}/*`,
  ];
}

/** Its own for each cluster, as the positions that are kept for one must not be used for another. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  // Kafka takes a leading dash for an option.
  return id.startsWith('-') ? clusterId() : id;
}

/** A broker that was killed is known again only once its old session has run out. */
async function hasBroker(address: string): Promise<void> {
  const { brokers } = await withKafkaAdmin(address, (admin) => admin.describeCluster());
  if (brokers.length === 0) throw new Error('the broker has not joined its cluster');
}
