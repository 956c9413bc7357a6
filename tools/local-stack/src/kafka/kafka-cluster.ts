import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import retry from 'p-retry';
import type { LocalServer, ServerOptions } from '../local-server.ts';
import { freePortNumbers } from '../ports.ts';
import { endProcess } from '../process/end-process.ts';
import { processFile } from '../process/process-file.ts';
import { reportToStderr } from '../process/programs.ts';
import { type ClusterNodes, clusterNodes } from './cluster-nodes.ts';
import { type PartitionState, partitionStates, withKafkaAdmin } from './kafka-admin.ts';
import type { ProxiedListener } from './listeners.ts';

export interface KafkaClusterOptions extends ServerOptions {
  /** How many; 3 unless given. Their numbers begin with 1. */
  readonly brokers?: number | undefined;
  /** For clients that reach the brokers through proxies, by the broker's number; none unless given. */
  readonly proxied?: ReadonlyMap<number, ProxiedListener> | undefined;
}

interface ClusterTopic {
  readonly topic: string;
  /** The numbers of the brokers that hold each partition, the first of which leads it at the beginning. */
  readonly replicas: readonly (readonly number[])[];
  /** Kafka's settings of a topic, by their names: `min.insync.replicas`, `unclean.leader.election.enable`. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/**
 * Kafka brokers on free ports of this machine, each with its own data, and one controller. The controller is a process
 * of its own that is never killed, so that partitions get new leaders whichever brokers are killed.
 */
export interface KafkaCluster {
  /** Of all brokers, separated by commas. */
  readonly address: string;
  /** By number. `stop('immediate')` kills one; `start()` starts it again on its data and ports. */
  readonly brokers: ReadonlyMap<number, LocalServer>;
  /** @throws {RangeError} when the cluster has no broker of that number. */
  broker(number: number): LocalServer;
  /** Creates a topic, and waits until all replicas of all its partitions are in sync. All brokers must be running. */
  createTopic(topic: ClusterTopic): Promise<void>;
  /** Leader and replicas by partition, as a running broker knows them. */
  partitions(topic: string): Promise<ReadonlyMap<number, PartitionState>>;
  /** Kills all brokers and the controller, and deletes their data. */
  close(): Promise<void>;
}

const defaultBrokers = 3;
const killPatienceMs = 45_000;

/** Starts a cluster and waits until every broker has joined it. @throws what the start of a broker throws. */
export async function startKafkaCluster(options: KafkaClusterOptions): Promise<KafkaCluster> {
  const { home, brokers = defaultBrokers, proxied = new Map(), report = reportToStderr } = options;
  const [controllerPort = 0, ...ports] = await freePortNumbers(brokers + 1);
  const nodes = clusterNodes({ home, controllerPort, ports, proxied, report });
  try {
    await Promise.all([nodes.controller, ...nodes.brokers.values()].map((node) => node.start()));
  } catch (error) {
    await endKafkaCluster(home);
    throw error;
  }
  return clusterOf(nodes, home);
}

/** Kills the cluster that an earlier process started in `home`, if any, and deletes its data. */
export async function endKafkaCluster(home: string): Promise<void> {
  const names = await readdir(home).catch(() => []);
  const folders = names.filter((name) => name.startsWith('kafka-')).map((name) => join(home, name));
  await Promise.all(folders.map(killNode));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}

async function killNode(folder: string): Promise<void> {
  const running = await processFile(join(folder, 'process.json')).running();
  if (running !== undefined) await endProcess(running.pid, 'SIGKILL', killPatienceMs);
}

function clusterOf({ brokers }: ClusterNodes, home: string): KafkaCluster {
  const addresses = [...brokers.values()].map(({ address }) => address);
  const partitions = (topic: string): ReturnType<KafkaCluster['partitions']> =>
    Promise.any(addresses.map((address) => partitionStates(address, topic)));
  return {
    address: addresses.join(','),
    brokers,
    broker(number) {
      const broker = brokers.get(number);
      if (broker === undefined) throw new RangeError(`the cluster has no broker ${number}`);
      return broker;
    },
    async createTopic(wanted) {
      await createTopic(addresses.join(','), wanted);
      await retry(() => partitions(wanted.topic).then(assertInSync), { retries: 150, minTimeout: 200, factor: 1 });
    },
    partitions,
    close: () => endKafkaCluster(home),
  };
}

async function createTopic(brokers: string, { topic, replicas, settings = {} }: ClusterTopic): Promise<void> {
  const replicaAssignment = replicas.map((numbers, partition) => ({ partition, replicas: [...numbers] }));
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await withKafkaAdmin(brokers, (admin) =>
    admin.createTopics({ topics: [{ topic, replicaAssignment, configEntries }], waitForLeaders: false }),
  );
}

function assertInSync(states: ReadonlyMap<number, PartitionState>): void {
  for (const [partition, { leader, replicas, inSync }] of states) {
    if (leader === undefined || inSync.length < replicas.length) throw new Error(`partition ${partition} lags behind`);
  }
}
