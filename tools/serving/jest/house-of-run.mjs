import { reportToStderr } from '@antenna/local-stack';
import { furnishHouse, houseVariable } from '../src/acceptance/serving-house.ts';

const endings = [];

/** Outside the sandbox of the tests, where what Node throws is an Error to everybody. */
export async function furnish() {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  for (const [signal, exitCode] of Object.entries(signals)) {
    process.once(signal, () => void clear().finally(() => process.exit(exitCode)));
  }
  try {
    process.env[houseVariable] = JSON.stringify(await furnishHouse(endings, reportToStderr));
  } catch (error) {
    await clear();
    throw error;
  }
}

export async function clear() {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
}
