import { ProductError } from '@antenna/cli';
import { rememberedOrDefault, rememberedPorts } from '../remembered-ports.ts';
import { type ServiceName, serviceNames } from '../ports.ts';
import { stackAt } from '../stack.ts';

/** Nothing was ever started here. */
class NoStackError extends ProductError {
  readonly code = 'NO_STACK';
}

export interface ServiceStatus {
  readonly service: ServiceName;
  readonly address: string;
  readonly pid: number | undefined;
  readonly state: 'up' | 'does not answer' | 'down' | 'not asked for';
}

/** How each service of a stack does. */
export async function stackStatus(home: string): Promise<readonly ServiceStatus[]> {
  const { ports, services } = await rememberedOrDefault(home);
  const stack = stackAt({ home, ports });
  return Promise.all(
    serviceNames.map(async (service) => {
      const { address } = stack[service];
      const pid = await stack[service].pid();
      if (pid === undefined)
        return { service, address, pid, state: services.includes(service) ? 'down' : 'not asked for' };
      return { service, address, pid, state: (await stack[service].answers()) ? 'up' : 'does not answer' };
    }),
  );
}

const variables: Readonly<Record<ServiceName, string>> = {
  postgres: 'DATABASE_URL',
  kafka: 'KAFKA_BROKERS',
  gcs: 'STORAGE_EMULATOR_HOST',
};

/**
 * The workers' variables that name the services of a stack.
 * @throws {NoStackError} where nothing was ever started.
 */
export async function stackEnvironment(home: string): Promise<Readonly<Record<string, string>>> {
  const remembered = await rememberedPorts(home);
  if (remembered === undefined) throw new NoStackError('nothing was started yet; run npm run stack -- up');
  const stack = stackAt({ home, ports: remembered.ports });
  return Object.fromEntries(remembered.services.map((service) => [variables[service], stack[service].address]));
}
