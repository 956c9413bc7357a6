import { setTimeout as delay } from 'node:timers/promises';
import { type Check, isProven, proveServices, type ServiceAddresses } from '@antenna/demo';
import type { Truth } from '@antenna/truth';
import type { Patience } from './patience.ts';

const POLL_MS = 2_000;

/**
 * Compares all that the workers left with the truth, again and again until it is proven: they take their time.
 * @param folder for copies; it may be written to.
 * @returns what was compared last, proven or not.
 */
export async function proveWithin(
  { deadlineMs, signal }: Patience,
  truth: Truth,
  addresses: ServiceAddresses,
  folder: string,
): Promise<Check[]> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const checks = await proveServices(truth, addresses, folder);
    if (isProven(checks) || performance.now() > end) return checks;
    await delay(POLL_MS, undefined, { signal });
  }
}
