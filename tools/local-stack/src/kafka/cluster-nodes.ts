import { join } from 'node:path';
import type { LocalServer } from '../local-server.ts';
import type { Report } from '../process/programs.ts';
import { dataFolder, kafkaNode, newClusterId } from './kafka-node.ts';
import { brokerProperties, controllerProperties } from './kafka-properties.ts';
import { runningBrokers } from './kafka-admin.ts';
import { type ProxiedListener, withProxiedListener } from './listeners.ts';

/** The processes of a cluster. */
export interface ClusterNodes {
  readonly controller: LocalServer;
  /** By number, from 1. */
  readonly brokers: ReadonlyMap<number, LocalServer>;
}

interface Places {
  readonly home: string;
  readonly controllerPort: number;
  /** Of the brokers, in the order of their numbers. */
  readonly ports: readonly number[];
  readonly proxied: ReadonlyMap<number, ProxiedListener>;
  readonly report: Report;
}

/** Enough for a few hundred thousand records, so that four processes fit beside everything else. */
const heapMb = 192;

/** The processes of a new cluster, not yet started. */
export function clusterNodes(places: Places): ClusterNodes {
  const clusterId = newClusterId();
  const numbers = places.ports.map((port, index) => [index + 1, port] as const);
  return {
    controller: controllerNode(places, clusterId),
    brokers: new Map(numbers.map(([number, port]) => [number, brokerNode(places, { clusterId, number, port })])),
  };
}

function controllerNode({ home, controllerPort, report }: Places, clusterId: string): LocalServer {
  const folder = join(home, 'kafka-controller');
  return kafkaNode(
    {
      service: 'kafka controller',
      address: `127.0.0.1:${controllerPort}`,
      ports: [controllerPort],
      folder,
      properties: controllerProperties({ data: dataFolder(folder), controllerPort }),
      clusterId,
      formatArguments: ['--standalone'],
      heapMb,
      // No client talks to it; a broker answers only when the controller does.
      probe: () => Promise.resolve(),
    },
    report,
  );
}

interface Broker {
  readonly clusterId: string;
  readonly number: number;
  readonly port: number;
}

function brokerNode(places: Places, { clusterId, number, port }: Broker): LocalServer {
  const { home, controllerPort, ports, report } = places;
  const folder = join(home, `kafka-${number}`);
  const address = `127.0.0.1:${port}`;
  const proxied = places.proxied.get(number);
  const direct = brokerProperties({ number, brokers: ports.length, data: dataFolder(folder), port, controllerPort });
  return kafkaNode(
    {
      service: `kafka broker ${number}`,
      address,
      ports: [port, ...(proxied === undefined ? [] : [proxied.port])],
      folder,
      properties: proxied === undefined ? direct : withProxiedListener(direct, proxied),
      clusterId,
      formatArguments: undefined,
      heapMb,
      probe: () => hasJoined(address, number),
    },
    report,
  );
}

/** The controller lets a broker lead partitions only once it has heard of it since its start. */
async function hasJoined(address: string, number: number): Promise<void> {
  const running = await runningBrokers(address);
  if (!running.includes(number)) throw new Error(`broker ${number} has not joined its cluster`);
}
