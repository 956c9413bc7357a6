import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  deleteData,
  freePorts,
  processFile,
  stackAt,
  startStack,
  stopStack,
  type Report,
  type ServiceName,
} from '@antenna/local-stack';
import type { Provided } from './provided.ts';

const prefix = 'antenna-usage-test-services-';

/** Servers on free ports with their data in a temporary folder, for as long as this process lives. */
export async function localServers(services: readonly ServiceName[], report: Report): Promise<Provided> {
  await endAbandoned(report);
  const home = await mkdtemp(join(tmpdir(), prefix));
  // Postgres may have to run as somebody else.
  await chmod(home, 0o755);
  await processFile(ownerPath(home)).remember({ pid: process.pid, address: home });
  const options = { home, ports: await freePorts(), services, durable: false, report };
  const stop = async (): Promise<void> => {
    await stopStack(stackAt({ ...options, report: () => undefined }), 'immediate');
    await deleteData(home);
  };
  try {
    const stack = await startStack(options);
    return { addresses: Object.fromEntries(services.map((service) => [service, stack[service].address])), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A run that was killed could not end its servers. */
async function endAbandoned(report: Report): Promise<void> {
  const names = await readdir(tmpdir());
  for (const home of names.filter((name) => name.startsWith(prefix)).map((name) => join(tmpdir(), name))) {
    // One without the file is being made.
    if (!existsSync(ownerPath(home)) || (await processFile(ownerPath(home)).running()) !== undefined) continue;
    report(`test services: ending what an earlier run left in ${home}`);
    await stopStack(stackAt({ home, ports: await freePorts(), report }), 'immediate');
    await deleteData(home);
  }
}

function ownerPath(home: string): string {
  return join(home, 'owner.json');
}
