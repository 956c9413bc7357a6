import { rememberedOrDefault } from '../remembered-ports.ts';
import { serviceNames, type ServiceName } from '../service-name.ts';
import { stackAt } from '../stack.ts';

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
