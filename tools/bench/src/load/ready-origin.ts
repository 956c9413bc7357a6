import { setTimeout as delay } from 'node:timers/promises';
import { originOf, type Program, until } from '@antenna/test-kit';

const READY_DEADLINE_MS = 120_000;

/** How often the readiness of a worker is probed. */
const PROBE_MS = 250;

/**
 * Waits until a worker has claimed its partitions, and returns the origin of its HTTP server.
 * @throws when it is not ready within two minutes, or ends before.
 */
export async function readyOrigin(worker: Program, name = 'the worker'): Promise<string> {
  const origin = await originOf(worker);
  await until(() => isReady(origin), { what: `readiness of ${name}`, deadlineMs: READY_DEADLINE_MS });
  return origin;
}

async function isReady(origin: string): Promise<boolean> {
  await delay(PROBE_MS);
  return (await fetch(`${origin}/readyz`)).ok;
}
