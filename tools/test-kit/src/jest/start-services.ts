import { migrate } from '@antenna/usage-store';
import { templateVariable } from '../service-addresses.ts';
import { provideServices } from '../services/provide-services.ts';
import { makeTemplate } from '../test-database.ts';

const endings: (() => Promise<unknown>)[] = [];
let ending: Promise<void> | undefined;

/** Jest's global set-up: finds or starts what the tests of this run need, and names it in the environment. */
export default async function startServices(): Promise<void> {
  stopOnSignals();
  try {
    await provideServices((work) => endings.push(work));
    const template = await makeTemplate((url) => migrate({ url }));
    endings.push(() => template.close());
    process.env[templateVariable] = template.name;
  } catch (error) {
    // Jest does not tear down what could not be set up.
    await stopServices();
    throw error;
  }
}

/** Ends what was started, the last first; a second call waits for the first. */
export function stopServices(): Promise<void> {
  ending ??= endAll().finally(() => (ending = undefined));
  return ending;
}

async function endAll(): Promise<void> {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
}

/** Jest ends at a signal without its global tear-down. A signal that is repeated changes nothing. */
function stopOnSignals(): void {
  const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  for (const [signal, exitCode] of Object.entries(exitCodes)) {
    process.on(signal, () => void stopServices().finally(() => process.exit(exitCode)));
  }
}
