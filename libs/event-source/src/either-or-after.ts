import { setTimeout as delay } from 'node:timers/promises';

/** Resolves with the event, or after a time, whichever comes first. @throws what the event rejects with, if it is first. */
export async function eitherOrAfter(event: Promise<unknown>, timeoutMs: number): Promise<void> {
  const waiting = new AbortController();
  const timeout = delay(timeoutMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([event, timeout]);
  waiting.abort();
}
