import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 250;

/** Asks until the answer is yes. @returns whether it was, within the time. */
export async function until(condition: () => Promise<boolean>, deadlineMs: number): Promise<boolean> {
  const endMs = performance.now() + deadlineMs;
  while (performance.now() < endMs) {
    if (await condition()) return true;
    await delay(LOOK_MS);
  }
  return false;
}
