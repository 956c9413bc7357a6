import {
  defaultHome as home,
  rememberedOrDefault,
  type ServiceName,
  type Stack,
  stackAt,
  up,
} from '@antenna/local-stack';
import type { Tell } from './steps.ts';

const services: readonly ServiceName[] = ['postgres', 'kafka'];

/** The local stack's Postgres and Kafka, which other people may be using, too. */
export interface Services {
  /** Starts those that do not run yet. */
  start(tell: Tell): Promise<Stack>;
  /** Ends those that `start` has started. */
  stopStarted(tell: Tell): Promise<void>;
}

/** @param ports for what does not run yet; what runs keeps its own. */
export async function localServices(ports: 'default' | 'free'): Promise<Services> {
  const before = await running(await stack());
  return {
    async start(report) {
      await up({ home, ports, services, report });
      return stack();
    },
    async stopStarted(report) {
      const servers = await stack(report);
      const started = (await running(servers)).filter((service) => !before.includes(service));
      await Promise.all(started.map((service) => servers[service].stop('graceful')));
    },
  };
}

async function stack(report?: Tell): Promise<Stack> {
  return stackAt({ home, ports: (await rememberedOrDefault(home)).ports, report });
}

async function running(servers: Stack): Promise<ServiceName[]> {
  const pids = await Promise.all(services.map((service) => servers[service].pid()));
  return services.filter((_, index) => pids[index] !== undefined);
}
