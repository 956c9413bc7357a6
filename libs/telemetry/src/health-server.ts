import { collectDefaultMetrics, Registry } from 'prom-client';
import { listenAt } from './listen-at.ts';

/** The result of a probe: healthy, perhaps with notes, or unhealthy with the reasons. */
export type Condition =
  | { readonly ok: true; readonly notes?: readonly string[] }
  | { readonly ok: false; readonly reasons: readonly string[] };

/** A health check. A probe that throws counts as unhealthy. */
type Probe = () => Condition | Promise<Condition>;

export interface HealthServerOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Address of this machine to listen at; default: all addresses of IPv4 and IPv6. */
  readonly host?: string | undefined;
  /** Whether the process can work at all; if not, the orchestrator should restart it. */
  readonly isLive: Probe;
  /** Whether the process does its work now. */
  readonly isReady: Probe;
  readonly registry: Registry;
}

export interface HealthServer {
  readonly port: number;
  /** Stops the server and ends open connections. */
  close(): Promise<void>;
}

/**
 * Serves `/healthz` and `/readyz` (200, or 503 with the reasons as JSON) and `/metrics`.
 * @throws {PortUnavailableError} when the port is in use or reserved.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { port, host, isLive, isReady, registry } = options;
  // Loaded only by processes that serve.
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

/**
 * Creates a registry. It exposes only the metrics that are registered with it.
 * @param options.processMetrics adds memory, CPU, event-loop delay and garbage collection of this process.
 */
export function createMetrics({ processMetrics = false }: { readonly processMetrics?: boolean } = {}): Registry {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  return registry;
}
