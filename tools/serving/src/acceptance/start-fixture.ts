import { reportToStderr } from '@antenna/local-stack';
import { fixtureVariable, prepareFixture } from './serving-fixture.ts';

const endings: (() => Promise<unknown>)[] = [];

/** Jest's global set-up: outside the realms of the tests, where an error of Node is an Error. */
export default async function startFixture(): Promise<void> {
  const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  for (const [signal, exitCode] of Object.entries(signals)) {
    process.once(signal, () => void stopFixture().finally(() => process.exit(exitCode)));
  }
  try {
    process.env[fixtureVariable] = JSON.stringify(await prepareFixture(endings, reportToStderr));
  } catch (error) {
    await stopFixture();
    throw error;
  }
}

/** Ends what was started, the last first. */
export async function stopFixture(): Promise<void> {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
}
