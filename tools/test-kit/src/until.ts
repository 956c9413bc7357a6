import { setTimeout as delay } from 'node:timers/promises';

interface Patience {
  /** What is waited for, in words that read well after «no». */
  readonly what: string;
  /** 20 s unless given. */
  readonly deadlineMs?: number;
}

const pollMs = 20;

/**
 * Asks again and again until the answer is neither undefined, null nor false: the only way in which tests wait.
 * @returns the answer.
 * @throws what `condition` throws, at once; an error with `what` when the deadline passes.
 */
export async function until<T>(
  condition: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  { what, deadlineMs = 20_000 }: Patience,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`no ${what} within ${deadlineMs} ms`);
    await delay(pollMs);
  }
}
