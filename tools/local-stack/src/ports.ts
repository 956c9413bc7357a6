import { ProductError } from '@antenna/cli';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { randomInt } from 'node:crypto';
import { ownerOfPort } from './process/port-owner.ts';

/** A port of a server of the stack belongs to another process. */
class PortTakenError extends ProductError {
  readonly code = 'PORT_TAKEN';
}

export const serviceNames = ['postgres', 'kafka', 'gcs'] as const;

export type ServiceName = (typeof serviceNames)[number];

/** One TCP port of 127.0.0.1 for each listener. */
export interface Ports {
  readonly postgres: number;
  readonly kafka: number;
  /** Kafka's own controller; no client needs it. */
  readonly controller: number;
  readonly gcs: number;
}

export const defaultPorts: Ports = { postgres: 5432, kafka: 9092, controller: 9093, gcs: 4443 };

/** Below the range that systems use for outgoing connections, so that a server that restarts finds its port free. */
const lowestFree = 12_000;
const highestFree = 30_000;
const tries = 200;

/** Ports that nothing listens at now, chosen by chance. */
export async function freePorts(): Promise<Ports> {
  const [postgres = 0, kafka = 0, controller = 0, gcs = 0] = await freePortNumbers(4);
  return { postgres, kafka, controller, gcs };
}

/** So many different ports that nothing listens at now. @throws {PortTakenError} when too few are found. */
export async function freePortNumbers(count: number): Promise<readonly number[]> {
  const held = new Map<number, Server>();
  try {
    for (let left = tries * count; held.size < count && left > 0; left -= 1) {
      const port = randomInt(lowestFree, highestFree);
      const server = await listenAt(port);
      if (server !== undefined) held.set(port, server);
    }
    if (held.size < count) {
      throw new PortTakenError(`fewer than ${count} ports between ${lowestFree} and ${highestFree} are free`);
    }
    return [...held.keys()];
  } finally {
    await Promise.all([...held.values()].map(close));
  }
}

export async function areFree(ports: readonly number[]): Promise<boolean> {
  const servers = await Promise.all(ports.map(listenAt));
  const held = servers.filter((server) => server !== undefined);
  await Promise.all(held.map(close));
  return held.length === ports.length;
}

/** @throws {PortTakenError} naming the process that has the port, where it is known. */
export async function assertPortFree(port: number, wantedBy: string): Promise<void> {
  const server = await listenAt(port);
  if (server !== undefined) return close(server);
  const owner = await ownerOfPort(port);
  throw new PortTakenError(
    `port ${port}, which ${wantedBy} is to have, is taken${owner === undefined ? '' : ` by process ${owner}`}; ` +
      `end what listens there, or use --ports=free`,
  );
}

async function listenAt(port: number): Promise<Server | undefined> {
  const server = createServer();
  try {
    await once(server.listen({ port, host: '127.0.0.1', exclusive: true }), 'listening');
    return server;
  } catch {
    return undefined;
  }
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
