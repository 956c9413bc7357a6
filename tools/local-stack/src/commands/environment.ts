import { NoStackError } from '../errors.ts';
import { rememberedPorts } from '../remembered-ports.ts';
import type { ServiceName } from '../service-name.ts';
import { stackAt } from '../stack.ts';

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
