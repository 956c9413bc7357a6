import type { ServiceName } from '@antenna/local-stack';
import { addressVariables } from '../service-addresses.ts';
import { containers, dockerAnswers } from './containers.ts';
import { localServers } from './local-servers.ts';
import type { Provided } from './provided.ts';

const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * Sees that each variable of `addressVariables` names a service: those that are set stay; the others get containers
 * where a Docker daemon answers and has the images or can get them, else servers on this machine.
 */
export async function provideServices(): Promise<Provided> {
  const services: readonly ServiceName[] = ['postgres', 'kafka', 'gcs'];
  const missing = services.filter((service) => (process.env[addressVariables[service]] ?? '') === '');
  if (missing.length === 0) return { addresses: {}, stop: () => Promise.resolve() };
  const provided = await start(missing);
  for (const service of missing) process.env[addressVariables[service]] = provided.addresses[service];
  return provided;
}

async function start(missing: readonly ServiceName[]): Promise<Provided> {
  if (await dockerAnswers()) {
    try {
      return await containers(missing);
    } catch (error) {
      report(`test services: no containers (${String(error)}); starting servers on this machine`);
    }
  }
  return localServers(missing, report);
}
