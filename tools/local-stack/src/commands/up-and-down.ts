import { asSoleUser } from '../process/sole-user.ts';
import { areFree, defaultPorts, freePorts, type Ports, type ServiceName, serviceNames } from '../ports.ts';
import { type Remembered, rememberedOrDefault, rememberPorts } from '../remembered-ports.ts';
import type { Report } from '../process/programs.ts';
import { deleteData, stackAt, startStack, stopStack } from '../stack.ts';
import { listOf, oneOf, optionalSetting, setting, settingsGroup } from '@antenna/cli';

interface UpRequest {
  readonly home: string;
  readonly ports: 'default' | 'free';
  readonly services: readonly ServiceName[];
  readonly report?: Report | undefined;
}

const portNames: readonly (keyof Ports)[] = ['postgres', 'kafka', 'controller', 'gcs'];

/** Starts what does not run yet. What runs keeps its ports. */
export function up({ home, ports: wanted, services, report }: UpRequest): Promise<void> {
  return asSoleUser(home, async () => {
    const remembered = await rememberedOrDefault(home);
    const running = await runningServices(home, remembered);
    const ports = await choosePorts(wanted, remembered, running);
    await rememberPorts(home, { ports, services: serviceNames.filter((it) => [...services, ...running].includes(it)) });
    await startStack({ home, ports, services, report });
  });
}

async function runningServices(home: string, { ports }: Remembered): Promise<readonly ServiceName[]> {
  const stack = stackAt({ home, ports });
  const pids = await Promise.all(serviceNames.map((service) => stack[service].pid()));
  return serviceNames.filter((_, index) => pids[index] !== undefined);
}

async function choosePorts(
  wanted: 'default' | 'free',
  remembered: Remembered,
  running: readonly ServiceName[],
): Promise<Ports> {
  const kept = new Map(running.flatMap((service) => portsOf(service).map((name) => [name, remembered.ports[name]])));
  const fresh = wanted === 'default' ? defaultPorts : await freeOrRemembered(remembered.ports, kept);
  return { ...fresh, ...Object.fromEntries(kept) };
}

/** Addresses that people have noted stay good where that is possible. */
async function freeOrRemembered(remembered: Ports, kept: ReadonlyMap<keyof Ports, number>): Promise<Ports> {
  const unused = portNames.filter((name) => !kept.has(name));
  const areTheirOwn = unused.every((name) => remembered[name] !== defaultPorts[name]);
  return areTheirOwn && (await areFree(unused.map((name) => remembered[name]))) ? remembered : freePorts();
}

function portsOf(service: ServiceName): readonly (keyof Ports)[] {
  return service === 'kafka' ? ['kafka', 'controller'] : [service];
}

interface DownRequest {
  readonly home: string;
  readonly report?: Report | undefined;
}

/** Ends what runs; the data stay. */
export function down({ home, report }: DownRequest): Promise<void> {
  return asSoleUser(home, () => stopAll({ home, report }));
}

/** Ends what runs and deletes the data. */
export function reset({ home, report }: DownRequest): Promise<void> {
  return asSoleUser(home, async () => {
    await stopAll({ home, report });
    await deleteData(home);
    report?.(`deleted the data in ${home}`);
  });
}

async function stopAll({ home, report }: DownRequest): Promise<void> {
  const { ports } = await rememberedOrDefault(home);
  await stopStack(stackAt({ home, ports, report }));
}

export const upSettings = settingsGroup({
  title: 'Stack',
  fields: {
    ports: setting({
      name: 'ports',
      description: 'the well-known ports, or ones that are free, remembered until the next up',
      type: oneOf(['default', 'free']),
      default: 'default',
    }),
    services: setting({
      name: 'services',
      description: 'what to start',
      type: listOf(serviceNames),
      default: serviceNames.join(','),
    }),
    without: optionalSetting({ name: 'without', description: 'what not to start', type: listOf(serviceNames) }),
  },
  value: ({ ports, services, without = [] }) => ({
    ports,
    services: services.filter((service) => !without.includes(service)),
  }),
});
