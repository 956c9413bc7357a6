import type { ServiceName } from '@antenna/local-stack';
import { type Addresses, addressVariables, type AtEnd } from '../service-addresses.ts';
import { containers, dockerAnswers } from './containers.ts';
import { localServers } from './local-servers.ts';

const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/**
 * Sees that each variable of `addressVariables` names a service: those that are set stay; the others get containers
 * where a Docker daemon answers and has the images or can get them, else servers on this machine.
 * @param atEnd gets what ends them, as soon as there is something to end.
 */
export async function provideServices(atEnd: AtEnd): Promise<void> {
  const services: readonly ServiceName[] = ['postgres', 'kafka', 'gcs'];
  const missing = services.filter((service) => (process.env[addressVariables[service]] ?? '') === '');
  if (missing.length === 0) return;
  const addresses = await start(missing, atEnd);
  for (const service of missing) process.env[addressVariables[service]] = addresses[service];
}

async function start(missing: readonly ServiceName[], atEnd: AtEnd): Promise<Addresses> {
  if (await dockerAnswers()) {
    try {
      return await containers(missing, atEnd);
    } catch (error) {
      report(`test services: no containers (${String(error)}); starting servers on this machine`);
    }
  }
  return localServers(missing, { atEnd, report });
}
