import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { localServer, type LocalServer, type ServerKind } from '../local-server.ts';
import type { Report } from '../process/programs.ts';
import { java, kafkaJars } from './kafka-programs.ts';

/** One process of Kafka: a broker, a controller, or both. */
export interface KafkaNode extends Pick<ServerKind, 'service' | 'address' | 'ports' | 'probe'> {
  /** Of its own: process file, log, settings and data. */
  readonly folder: string;
  /** As `server.properties` has them. */
  readonly properties: Readonly<Record<string, string | number>>;
  readonly clusterId: string;
  /**
   * Of Kafka's storage tool, beside cluster and settings. Undefined for a broker without a controller: its identity is
   * all that its data begins with, and is written here, as the tool takes seconds to start.
   */
  readonly formatArguments: readonly string[] | undefined;
  /** Greatest size of its heap, in MiB. */
  readonly heapMb: number;
  /** Of its Java virtual machine, beside those of every node; none unless given. */
  readonly jvmArguments?: readonly string[];
  /** Makes the files that the properties name; none unless given. */
  readonly writeFiles?: () => Promise<void>;
}

/** Where a node of this folder keeps its records. */
export function dataFolder(folder: string): string {
  return join(folder, 'data');
}

/** A node that formats its data at its first start. Not yet started. */
export function kafkaNode(node: KafkaNode, report: Report): LocalServer {
  const { service, address, ports, probe, folder } = node;
  const config = join(folder, 'server.properties');
  return localServer(
    {
      service,
      address,
      ports,
      probe,
      gracefulSignal: 'SIGTERM',
      async prepare() {
        const file = await java();
        const jvm = jvmArguments(await kafkaJars(report), node.heapMb);
        await node.writeFiles?.();
        await writeFile(config, linesOf(node.properties));
        if (!isFormatted(dataFolder(folder))) await format(node, { file, jvm, config }, report);
        return { file, args: [...jvm, ...(node.jvmArguments ?? []), 'kafka.Kafka', config] };
      },
    },
    folder,
    report,
  );
}

/** Its own for each cluster, as the positions that are kept for one must not be used for another. */
export function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  // Kafka takes a leading dash for an option.
  return id.startsWith('-') ? newClusterId() : id;
}

/** These files are written last, so that half a format is done again. */
function isFormatted(data: string): boolean {
  return ['bootstrap.checkpoint', 'meta.properties'].some((name) => existsSync(join(data, name)));
}

interface Program {
  readonly file: string;
  readonly jvm: readonly string[];
  readonly config: string;
}

async function format(node: KafkaNode, { file, jvm, config }: Program, report: Report): Promise<void> {
  const data = dataFolder(node.folder);
  report(`${node.service}: formatting ${data}`);
  await rm(data, { recursive: true, force: true });
  if (node.formatArguments === undefined) {
    await mkdir(data);
    const identity = { version: 1, 'cluster.id': node.clusterId, 'node.id': Number(node.properties['node.id']) };
    return writeFile(join(data, 'meta.properties'), linesOf(identity));
  }
  const tool = ['kafka.tools.StorageTool', 'format', '-t', node.clusterId, '-c', config];
  await execa(file, [...jvm, ...tool, ...node.formatArguments], { all: true, stdin: 'ignore' });
}

function linesOf(properties: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  return lines.join('');
}

function jvmArguments(jars: string, heapMb: number): string[] {
  // The first compiler alone starts faster, and keeps the machine's few cores for what is tested.
  const quick = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dlog4j2.level=WARN'];
  return ['-Xms64m', `-Xmx${heapMb}m`, ...quick, '-cp', `${jars}/*`];
}
