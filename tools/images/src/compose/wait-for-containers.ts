import { setTimeout as delay } from 'node:timers/promises';
import { CheckFailedError } from '../errors.ts';
import type { ComposeProject, ContainerState } from './compose-project.ts';
import type { Patience } from './patience.ts';

const POLL_MS = 1_000;

/**
 * Waits until each of these services is healthy, or has ended with 0 if it is one that ends.
 * @throws {CheckFailedError} with the log of the one that failed, or of the first that is not ready in time.
 */
export async function waitForContainers(
  project: ComposeProject,
  services: readonly string[],
  { deadlineMs, signal }: Patience,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const all = await project.containers();
    const failed = all.find(({ state, exitCode }) => state === 'exited' && exitCode !== 0);
    if (failed !== undefined) throw await failure(project, failed, `ended with ${failed.exitCode}`);
    const notReady = services.find((service) => !isReady(all.find((each) => each.service === service)));
    if (notReady === undefined) return;
    if (performance.now() > end) {
      throw await failure(project, { service: notReady }, `is not ready after ${deadlineMs / 1000} s`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

function isReady(container: ContainerState | undefined): boolean {
  if (container === undefined) return false;
  return container.health === 'healthy' || (container.state === 'exited' && container.exitCode === 0);
}

async function failure(
  project: ComposeProject,
  { service }: Pick<ContainerState, 'service'>,
  what: string,
): Promise<CheckFailedError> {
  return new CheckFailedError(`${service} ${what}; the end of its log:\n${await project.log(service)}`);
}
