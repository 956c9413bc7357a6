import { migrate } from '@antenna/usage-store';
import { templateVariable } from '../test-kit/src/service-addresses.ts';
import { provideServices } from '../test-kit/src/services/provide-services.ts';
import { makeTemplate } from '../test-kit/src/test-database.ts';

const endings = [];

/** Finds or starts what the integration tests of this run need, and tells it in the environment. */
export async function startServices() {
  const { stop } = await provideServices();
  endings.push(stop);
  stopOnSignals();
  const template = await makeTemplate((url) => migrate({ url }));
  process.env[templateVariable] = template.name;
  endings.push(() => template.close());
}

/** Ends what was started, the last first. */
export async function stopServices() {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
}

/** Jest ends at a signal without its global tear-down. */
function stopOnSignals() {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  for (const [signal, exitCode] of Object.entries(signals)) {
    process.once(signal, () => void stopServices().finally(() => process.exit(exitCode)));
  }
}
