import { chmod, mkdtemp, readdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  deleteData,
  freePorts,
  processFile,
  stackAt,
  startStack,
  stopStack,
  type Ports,
  type Report,
  type ServiceName,
} from '@antenna/local-stack';
import { testSecret } from '../secret.ts';
import type { Addresses, AtEnd } from '../service-addresses.ts';

const prefix = 'test-services-of-';

interface Surroundings {
  readonly atEnd: AtEnd;
  readonly report: Report;
}

/** Servers on free ports with their data in a temporary folder, for as long as this process lives. */
export async function localServers(
  services: readonly ServiceName[],
  { atEnd, report }: Surroundings,
): Promise<Addresses> {
  await endAbandoned(report);
  const home = await newHome();
  const ports = await freePorts();
  atEnd(() => endAll(home, ports));
  const stack = await startStack({ home, ports, services, durable: false, databasePassword: testSecret(), report });
  return Object.fromEntries(services.map((service) => [service, stack[service].address]));
}

/** Gets its name when it says whose it is: one that does not is the rest of one that was being deleted. */
async function newHome(): Promise<string> {
  const nameless = await mkdtemp(join(tmpdir(), 'antenna-usage-'));
  // Postgres may have to run as another user.
  await chmod(nameless, 0o755);
  const home = join(tmpdir(), `${prefix}${basename(nameless)}`);
  await processFile(ownerPath(nameless)).remember({ pid: process.pid, address: home });
  await rename(nameless, home);
  return home;
}

async function endAll(home: string, ports: Ports): Promise<void> {
  await stopStack(stackAt({ home, ports, report: () => undefined }), 'immediate');
  await deleteData(home);
}

/** A run that was killed could not end its servers. */
async function endAbandoned(report: Report): Promise<void> {
  const names = await readdir(tmpdir());
  for (const home of names.filter((name) => name.startsWith(prefix)).map((name) => join(tmpdir(), name))) {
    if ((await processFile(ownerPath(home)).running()) !== undefined) continue;
    report(`test services: ending what an earlier run left in ${home}`);
    await endAll(home, await freePorts());
  }
}

function ownerPath(home: string): string {
  return join(home, 'owner.json');
}
