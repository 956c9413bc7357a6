import { setTimeout as delay } from 'node:timers/promises';

/** Undefined, null and false say «not yet». */
type Condition<T> = () => T | undefined | null | false | Promise<T | undefined | null | false>;

interface Patience {
  /** What is waited for, in words that read well after «no». */
  readonly what: string;
  /** 60 s unless given. */
  readonly deadlineMs?: number;
}

const POLL_MS = 20;

/**
 * Asks again and again until the answer is neither undefined, null nor false: the only way in which tests wait.
 * @returns the answer.
 * @throws what `condition` throws, at once; an error with `what` when the deadline passes.
 */
export async function until<T>(condition: Condition<T>, { what, deadlineMs = 60_000 }: Patience): Promise<T> {
  const answer = await within(deadlineMs, condition);
  if (answer === undefined) throw new Error(`no ${what} within ${deadlineMs} ms`);
  return answer;
}

/**
 * Asks again and again like `until`, where an answer may never come.
 * @param pollMs how long it waits before it asks again.
 * @returns the answer; undefined when the deadline passes.
 * @throws what `condition` throws, at once.
 */
export async function within<T>(deadlineMs: number, condition: Condition<T>, pollMs = POLL_MS): Promise<T | undefined> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (performance.now() > end) return undefined;
    await delay(pollMs);
  }
}
