import type { Registry } from 'prom-client';
import { listenAt } from './listen-at.ts';

/** Whether all is well, and if not, why. Notes are what is to be known although it is. */
export type Condition =
  | { readonly ok: true; readonly notes?: readonly string[] }
  | { readonly ok: false; readonly reasons: readonly string[] };

/** What throws is not well. */
type Probe = () => Condition | Promise<Condition>;

export interface HealthServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** Address of this machine to listen at; all of IPv4 and IPv6 unless given. */
  readonly host?: string | undefined;
  /** Whether the process can do its work at all: if not, it should be started again. */
  readonly isLive: Probe;
  /** Whether it does its work now. */
  readonly isReady: Probe;
  readonly registry: Registry;
}

export interface HealthServer {
  readonly port: number;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/**
 * Serves `/healthz` and `/readyz` (200, or 503 with the reasons as JSON) and `/metrics`.
 * @throws {PortUnavailableError} when the port is taken or not ours to use.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { port, host, isLive, isReady, registry } = options;
  // Who serves nothing does not load it.
  const { default: fastify } = await import('fastify');
  const server = fastify({ logger: false, forceCloseConnections: true });
  const answers = { '/healthz': isLive, '/readyz': isReady };
  for (const [path, probe] of Object.entries(answers)) {
    server.get(path, async (_request, reply) => {
      const condition = await ask(probe);
      return reply.code(condition.ok ? 200 : 503).send(condition);
    });
  }
  server.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  await listenAt(server, port, host);
  const address = server.server.address();
  const bound = typeof address === 'object' ? address?.port : undefined;
  return { port: bound ?? port, close: () => server.close() };
}

async function ask(probe: Probe): Promise<Condition> {
  try {
    return await probe();
  } catch (error) {
    return { ok: false, reasons: [error instanceof Error ? error.message : String(error)] };
  }
}
